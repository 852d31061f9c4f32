/**
 * RFC 9213's `CDN-Cache-Control`, the fields of that form that networks document, and what there was
 * before it. By name, since going through all headers costs more than the rest of a response.
 */
const TARGETED = [
  "cdn-cache-control",
  "surrogate-control",
  "cloudflare-cdn-cache-control",
  "netlify-cdn-cache-control",
  "vercel-cdn-cache-control",
  "akamai-cache-control",
  "edge-control",
  "x-accel-expires",
];

/**
 * Takes away the headers that some shared caches heed instead of `Cache-Control`, so that what that
 * one says holds everywhere.
 *
 * @param headers The headers to change.
 */
export function dropTargetedCaching(headers: Headers): void {
  for (const name of TARGETED) {
    if (headers.has(name)) headers.delete(name);
  }
}
