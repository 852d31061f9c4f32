import { forwarded, isHttps, isSafe, type ProxyOptions } from "../session/cookie.ts";
import { HttpError } from "./http_error.ts";

/** The most characters that a path may have. */
const MAX_PATH = 4096;
/** A DNS name has at most 253 characters; a dot, a colon and a port can follow. */
const MAX_HOST = 260;

const HOST = /^(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;
const SLASH = 0x2f;

/**
 * Makes the first check of every request: that it has a valid host, and a path of its own. Some
 * runtimes concatenate `Host` and the path of the request line, so that with `Host: shop/admin?` a
 * request for `/public` has a URL with the path `/admin`.
 *
 * A valid host consists of letters, digits, `.`, `_` and `-`, or is an IPv6 address in brackets; a
 * port up to 65535 may follow. A request without `Host` passes if its URL names a host: requests of
 * HTTP/2 have none, nor do those of tests without a server.
 *
 * @returns The check. It returns the path of a request, still percent-encoded; or throws an
 * {@linkcode HttpError}: 414 if the path has more than 4096 characters, 400 if the host is not valid
 * (RFC 9110, section 7.2; RFC 3986, section 3.2.2).
 */
export function targetCheck(): (request: Request) => string {
  /** The last valid host: most requests name the same one. */
  let known = "/";

  return ({ url, headers }) => {
    const host = headers.get("host");
    const start = url.indexOf("://") + "://".length;
    if ((host !== null && host !== known) || !names(url, start, known)) {
      const authority = url.slice(start).split("/", 1)[0] ?? "";
      // Without "://" the URL is a path alone: so some runtimes write it if the host is not valid.
      const isValid = url.includes("://") && isHost(authority) && (host === null || isHost(host));
      if (!isValid) throw new HttpError(400, "The request does not name a valid host");
      known = authority;
    }
    const path = pathOf(url);
    if (path.length <= MAX_PATH) return path;
    throw new HttpError(
      414,
      `The path of the address has ${path.length} characters, at most ${MAX_PATH} are read`,
    );
  };
}

/** Tells whether a URL has this host, and nothing else, between its scheme and its path. */
function names(url: string, start: number, host: string): boolean {
  const end = start + host.length;
  return url.startsWith(host, start) && (end === url.length || url.charCodeAt(end) === SLASH);
}

function isHost(text: string): boolean {
  // The URL parser has the last word: it refuses 999.1.1.1, [:::] and port 70000.
  return text.length <= MAX_HOST && HOST.test(text) && URL.canParse(`http://${text}/`);
}

/**
 * Returns the path of an absolute URL as it is written, without making a `URL` object.
 *
 * @param url An absolute URL such as `request.url`.
 * @returns The path, still percent-encoded, without query and fragment; `"/"` if the URL has none.
 */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const query = url.indexOf("?", start);
  const fragment = url.indexOf("#", start);
  let end = query === -1 ? url.length : query;
  if (fragment !== -1 && fragment < end) end = fragment;
  return url.slice(start, end);
}

/** An origin, exactly as browsers write it, or a function that returns whether one is trusted. */
export type TrustedOrigin = string | ((origin: string) => boolean);

/** Options of {@linkcode originGuard}. */
export interface OriginGuardOptions extends ProxyOptions {
  /**
   * Other origins whose pages may send forms here: exactly as browsers write them, of any scheme
   * (`https://app.example.com:8443`, `capacitor://localhost`), or functions that return `true` for
   * them. A function is never asked for `null`, the origin of pages that hide theirs. Default: none.
   */
  trustedOrigins?: TrustedOrigin | readonly TrustedOrigin[];
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
 * @throws {RangeError} If a trusted origin is not written exactly as browsers write it.
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
  const trusted = [options.trustedOrigins ?? []].flat();
  for (const origin of trusted) assertOrigin(origin);
  // Only `true` counts: a function that returns a promise has not decided yet.
  const isTrusted = (origin: string): boolean =>
    trusted.some((one) => typeof one === "string" ? one === origin : one(origin) === true);

  return (request) => {
    if (isSafe(request)) return true;
    const { headers } = request;
    const site = headers.get("sec-fetch-site");
    if (site === "same-origin" || site === "none") return true;
    const origin = headers.get("origin");
    if (origin === null) return site === null;
    if (site === null && isOwnHost(origin, request, options)) return true;
    return origin !== "null" && isTrusted(origin);
  };
}

/**
 * Returns whether a request proves that a page of the very origin it was sent to has made it. A
 * request without any sign of its origin passes the guard, but proves nothing.
 */
export function isSameOrigin(request: Request, options: ProxyOptions): boolean {
  const site = request.headers.get("sec-fetch-site") ?? "none";
  const origin = request.headers.get("origin");
  return site === "same-origin" ||
    (site === "none" && origin !== null && isOwnHost(origin, request, options));
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

function assertOrigin(trusted: TrustedOrigin): void {
  if (typeof trusted === "function") return;
  const url = URL.canParse(trusted) ? new URL(trusted) : null;
  const { protocol = "", host = "", origin = "null" } = url ?? {};
  // The origin of a scheme that the URL standard does not know is opaque; browsers write it all the same.
  const exact = origin === "null" ? `${protocol}//${host}` : origin;
  if (exact === trusted && host !== "" && !trusted.includes("*")) return;
  const hint = host === "" || trusted.includes("*") ? "https://app.example.com" : exact;
  throw new RangeError(`Cannot trust the origin "${trusted}": an origin looks like "${hint}"`);
}

/**
 * Returns the origin that a request was sent to, as browsers write it in `Origin`: in lower case and
 * without the scheme's default port (RFC 6454, section 6.2). A proxy's host or port is ignored if not
 * valid.
 */
function requestOrigin(request: Request, options: ProxyOptions): string {
  const https = isHttps(request, options);
  const from = (field: "host" | "port") =>
    options.trustProxy ? forwarded(request.headers, field) : "";
  const proxied = from("host");
  let host = isHost(proxied) ? proxied : hostOf(request.url);
  const port = from("port");
  // Port 80 of https, or 443 of http, is that of another connection in a chain of proxies.
  const isOwn = port !== "" && port !== (https ? "80" : "443");
  if (isOwn && isHost(`${host}:${port}`)) host += `:${port}`; // which no host with a port is
  const defaultPort = https ? ":443" : ":80";
  if (host.endsWith(defaultPort)) host = host.slice(0, -defaultPort.length);
  return (https ? "https://" : "http://") + host;
}

function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return (end === -1 ? url.slice(start) : url.slice(start, end)).toLowerCase();
}
