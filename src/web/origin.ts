import { forwarded, isHttps, isSafe, type ProxyOptions } from "../session/cookie.ts";

/** Options of {@linkcode originGuard}. */
export interface OriginGuardOptions extends ProxyOptions {
  /**
   * Other origins whose pages may send forms here, exactly as browsers write them:
   * `https://app.example.com:8443`. Default: none.
   */
  trustedOrigins?: readonly string[];
}

/**
 * Makes the check that keeps other sites from acting in a visitor's name. GET, HEAD and OPTIONS pass.
 * A request with another method, and the opening of a WebSocket (through which a page of another site
 * could send and read as the visitor), passes only
 *
 * - with `Sec-Fetch-Site: same-origin` or `none` (Fetch Metadata), or
 * - without that header, with an `Origin` of the host that the request was sent to (an https page may
 *   send to http: a proxy may end the encryption without saying so), or
 * - with an `Origin` that is trusted, or
 * - with neither header: current browsers always send one of them, and other clients hold no
 *   visitor's cookies that a page could abuse.
 *
 * @param options Trusted origins, and whether a proxy names the host.
 * @returns The check: `true` lets the request pass.
 * @throws {RangeError} If a trusted origin is not exactly an http or https origin.
 *
 * @example
 * ```ts
 * import { originGuard } from "@satchel/satchel/web";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const isTrusted = originGuard({ trustedOrigins: ["https://pay.example"] });
 * const post = (origin: string) =>
 *   new Request("https://shop.example/cart", { method: "POST", headers: { origin } });
 *
 * assert(isTrusted(post("https://shop.example")));
 * assert(isTrusted(post("https://pay.example")));
 * assertFalse(isTrusted(post("https://evil.example")));
 * ```
 */
export function originGuard(options: OriginGuardOptions = {}): (request: Request) => boolean {
  const trusted = new Set(options.trustedOrigins);
  for (const origin of trusted) assertOrigin(origin);

  return (request) => {
    if (isSafe(request)) return true;
    const { headers } = request;
    const site = headers.get("sec-fetch-site");
    if (site === "same-origin" || site === "none") return true;
    const origin = headers.get("origin");
    if (origin === null) return site === null;
    return trusted.has(origin) || (site === null && isOwnHost(origin, request, options));
  };
}

function isOwnHost(origin: string, request: Request, options: ProxyOptions): boolean {
  const own = requestOrigin(request, options);
  if (origin === own) return true;
  // Not the other way round: anyone on the network could forge an http page that sends to https.
  if (!own.startsWith("http://") || !origin.startsWith("https://")) return false;
  const host = origin.slice("https://".length);
  const ownHost = own.slice("http://".length);
  return host === ownHost || `${host}:443` === ownHost;
}

function assertOrigin(origin: string): void {
  const exact = URL.canParse(origin) ? new URL(origin).origin : "null";
  if (exact === origin && /^https?:/.test(origin) && !origin.includes("*")) return;
  const hint = exact === "null" || origin.includes("*") ? "https://app.example.com" : exact;
  throw new RangeError(`Cannot trust the origin "${origin}": an origin looks like "${hint}"`);
}

const HOST = /^(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/;

/**
 * Returns the origin that a request was sent to, as browsers write it in `Origin`: in lower case and
 * without the scheme's default port (RFC 6454, section 6.2). A proxy's host is ignored if not valid.
 */
function requestOrigin(request: Request, options: ProxyOptions): string {
  const https = isHttps(request, options);
  const proxied = options.trustProxy ? forwarded(request.headers, "x-forwarded-host") : "";
  let host = HOST.test(proxied) ? proxied : hostOf(request.url);
  const defaultPort = https ? ":443" : ":80";
  if (host.endsWith(defaultPort)) host = host.slice(0, -defaultPort.length);
  return (https ? "https://" : "http://") + host;
}

function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return (end === -1 ? url.slice(start) : url.slice(start, end)).toLowerCase();
}
