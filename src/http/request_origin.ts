/**
 * Where the visitor sent a request to, as their browser writes it.
 *
 * @module
 */

/** Whom to believe about the address of a request. */
export interface RequestOriginOptions {
  /**
   * Believe the first value of `X-Forwarded-Proto` and `X-Forwarded-Host`. Default: `false`. Only
   * behind a proxy that sets both itself: anyone else's are the visitor's invention.
   */
  trustProxy?: boolean;
}

const HOST = /^(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/;

function firstOf(request: Request, name: string): string {
  const value = request.headers.get(name);
  if (value === null) return "";
  const comma = value.indexOf(",");
  return (comma === -1 ? value : value.slice(0, comma)).trim().toLowerCase();
}

/**
 * Whether the visitor's connection is https.
 *
 * @param request The request.
 * @param options Whether a proxy ends the encryption and says so.
 * @returns `true` for https.
 */
export function isHttps(request: Request, options: RequestOriginOptions = {}): boolean {
  if (options.trustProxy) {
    const scheme = firstOf(request, "x-forwarded-proto");
    if (scheme === "https" || scheme === "http") return scheme === "https";
  }
  return request.url.startsWith("https:");
}

/**
 * The origin a request was sent to, such as `https://shop.example` or `http://127.0.0.1:8000`: in
 * lower case and without the scheme's own port, as browsers write it in `Origin` (RFC 6454
 * section 6.2).
 *
 * @param request The request.
 * @param options Whether to believe a proxy; what it says is ignored where it is not a host.
 * @returns The origin.
 *
 * @example
 * ```ts
 * import { requestOrigin } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("http://10.0.0.7:8000/cart", {
 *   headers: { "x-forwarded-proto": "https", "x-forwarded-host": "shop.example" },
 * });
 * assertEquals(requestOrigin(request, { trustProxy: true }), "https://shop.example");
 * assertEquals(requestOrigin(request), "http://10.0.0.7:8000");
 * ```
 */
export function requestOrigin(request: Request, options: RequestOriginOptions = {}): string {
  const https = isHttps(request, options);
  const forwarded = options.trustProxy ? firstOf(request, "x-forwarded-host") : "";
  let host = HOST.test(forwarded) ? forwarded : hostOf(request.url);
  const ownPort = https ? ":443" : ":80";
  if (host.endsWith(ownPort)) host = host.slice(0, -ownPort.length);
  return (https ? "https://" : "http://") + host;
}

function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return (end === -1 ? url.slice(start) : url.slice(start, end)).toLowerCase();
}
