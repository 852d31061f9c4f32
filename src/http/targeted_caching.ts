/** RFC 9213 section 2 (`CDN-Cache-Control` and the like), and what there was before it. */
const TARGETED = /^(?:.+-cache|surrogate|edge)-control$|^x-accel-expires$/;

/**
 * Takes away the headers that some shared caches heed instead of `Cache-Control`, so that what that
 * one says holds everywhere.
 *
 * @param headers The headers to change.
 */
export function dropTargetedCaching(headers: Headers): void {
  for (const name of [...headers.keys()]) {
    if (TARGETED.test(name)) headers.delete(name);
  }
}
