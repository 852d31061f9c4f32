/**
 * RFC 9213's `CDN-Cache-Control`, what networks made of it (`Netlify-CDN-Cache-Control`), and what
 * there was before it.
 */
const TARGETED = /-cache-control$|^(?:surrogate-control|edge-control|x-accel-expires)$/;

/**
 * Takes away the headers that some shared caches heed instead of `Cache-Control`, so that what that
 * one says holds everywhere.
 *
 * @param headers The headers to change.
 */
export function dropTargetedCaching(headers: Headers): void {
  const found: string[] = [];
  // One look at all, mostly a content type alone, costs less than asking for one name after another.
  headers.forEach((_, name) => {
    if (TARGETED.test(name)) found.push(name);
  });
  for (const name of found) headers.delete(name);
}
