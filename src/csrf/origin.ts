import { isWebSocketUpgrade } from "../http/web_socket.ts";
import { requestOrigin, type RequestOriginOptions } from "../http/request_origin.ts";

/** Whose unsafe requests {@linkcode originGuard} lets pass. */
export interface OriginGuardOptions extends RequestOriginOptions {
  /**
   * Other origins whose pages may send forms here, exactly as browsers write them:
   * `https://app.example.com:8443`. Default: none.
   */
  trustedOrigins?: readonly string[];
}

/**
 * Makes the check that keeps other sites from acting in a visitor's name: GET, HEAD and OPTIONS
 * pass, any other method and the upgrade to a WebSocket (through which a page of another site could
 * send and read as the visitor) only
 *
 * - with `Sec-Fetch-Site: same-origin` or `none` (Fetch Metadata), or
 * - without that header, with an `Origin` of the host the request was sent to (an https page may
 *   send to http: a proxy may end the encryption without saying so), or
 * - with an `Origin` that is trusted, or
 * - with neither header: no browser of the last years sends a form without them, and what is not
 *   a browser holds no visitor's cookies to abuse.
 *
 * @param options Trusted origins, and whether a proxy tells the host.
 * @returns The check: `true` lets the request pass.
 * @throws {RangeError} If a trusted origin is not exactly an http or https origin.
 *
 * @example
 * ```ts
 * import { originGuard } from "@satchel/satchel";
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
    const { method, headers } = request;
    const isSafe = method === "GET" || method === "HEAD" || method === "OPTIONS";
    if (isSafe && !isWebSocketUpgrade(request)) return true;
    const site = headers.get("sec-fetch-site");
    if (site === "same-origin" || site === "none") return true;
    const origin = headers.get("origin");
    if (origin === null) return site === null;
    return trusted.has(origin) || (site === null && isOwnHost(origin, request, options));
  };
}

function isOwnHost(origin: string, request: Request, options: RequestOriginOptions): boolean {
  const own = requestOrigin(request, options);
  if (origin === own) return true;
  // The other way round, whoever sits on the network could forge the http page that sends this.
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
