/** Bytes that browsers keep of a cookie: name, value and attributes (RFC 6265, section 6.1). */
export const MAX_COOKIE_BYTES = 4096;

/** The cookie that carries the session. */
export interface SessionCookieOptions {
  /**
   * The name, without the prefixes `__Host-` and `__Secure-`. Default: `session`. `__Http-` and
   * `__Host-Http-`, which newer browsers know, are written out and need `secure`.
   */
  readonly name?: string;
  /** The paths that the session is for. Default: `/`. */
  readonly path?: string;
  /** The domain that shares the session with its subdomains. Default: this host alone. */
  readonly domain?: string;
  /** Which cross-site requests carry the session. Default: `Lax`. */
  readonly sameSite?: "Strict" | "Lax" | "None";
  /** Seconds that the browser keeps the cookie. Default: until it is closed. */
  readonly maxAge?: number;
  /**
   * Whether the cookie is for https alone. Default: as the connection is, so that development
   * over http works. Over https the name gets the prefix `__Host-`, or `__Secure-` where path or
   * domain forbid that (RFC 6265bis, section 4.1.3).
   */
  readonly secure?: boolean;
}

/** Whom to believe about the address of a request. */
export interface ProxyOptions {
  /**
   * Whether to believe the first value of `X-Forwarded-Proto` and `X-Forwarded-Host`: only behind a
   * proxy that sets both itself. Default: false.
   */
  readonly trustProxy?: boolean;
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// deno-lint-ignore no-control-regex
const PATH = /^\/[^\x00-\x1f;\x7f-\uffff]*$/;
const DOMAIN = /^\.?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i;
const SPACE = 0x20;
const TAB = 0x09;

/** The session cookie of one kind of connection: http or https. */
export class SessionCookie {
  /** The name, with its prefix. */
  readonly name: string;
  /** Bytes of everything but the value. */
  readonly overhead: number;
  /** Whether the browser keeps the cookie for a time, which each response then renews. */
  readonly hasMaxAge: boolean;
  readonly #sameSite: "Strict" | "Lax" | "None";
  readonly #flags: string;
  readonly #scope: string;
  readonly #maxAge: string;

  /**
   * @param options The application's options.
   * @param secure Whether this is the cookie of https connections.
   * @throws {RangeError} If browsers would refuse the cookie.
   */
  constructor(options: SessionCookieOptions, secure: boolean) {
    const { name = "session", path = "/", domain, sameSite = "Lax", maxAge } = options;
    const fault = faultOf(options, secure);
    if (fault !== null) throw new RangeError(`Cannot use the cookie "${name}": ${fault}`);
    const isHostOnly = path === "/" && domain === undefined;
    const prefix = !secure || /^__(?:host-)?http-/i.test(name)
      ? ""
      : isHostOnly
      ? "__Host-"
      : "__Secure-";
    this.name = prefix + name;
    this.hasMaxAge = maxAge !== undefined;
    this.#sameSite = sameSite;
    this.#flags = `${secure ? "; Secure" : ""}; HttpOnly`;
    this.#maxAge = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
    this.#scope = `${
      domain === undefined ? "" : `; Domain=${domain}`
    }; SameSite=${sameSite}; Path=${path}`;
    this.overhead = this.line("").length; // ASCII throughout: characters are bytes
  }

  /**
   * The value that a request carries, or null. Of several cookies with this name the first counts:
   * browsers send the more specific path first (RFC 6265, section 5.4).
   */
  read(headers: Pick<Headers, "get">): string | null {
    const header = headers.get("cookie");
    if (header === null) return null;
    for (let start = 0; start < header.length;) {
      const separator = header.indexOf(";", start);
      const end = separator === -1 ? header.length : separator;
      const at = skipBlanks(header, start);
      if (header.startsWith(this.name, at)) {
        const equals = skipBlanks(header, at + this.name.length);
        if (header[equals] === "=" && equals < end) {
          return trimmed(header, equals + 1, end) || null;
        }
      }
      start = end + 1;
    }
    return null;
  }

  /** The `Set-Cookie` line that sets a value: base64url, so nothing needs to be escaped. */
  line(value: string): string {
    return `${this.name}=${value}${this.#flags}${this.#maxAge}${this.#scope}`;
  }

  /** The `Set-Cookie` line that removes the cookie: same name, path and domain. */
  removal(): string {
    // Max-Age is what browsers obey; Expires is for the few that know nothing else.
    const expires = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    return `${this.name}=${this.#flags}; Max-Age=0; ${expires}${this.#scope}`;
  }

  /**
   * Whether the browser had to withhold the cookie from a request, so that its absence says nothing:
   * another site made the request, and `SameSite` lets none, or only top-level navigations, carry it
   * (RFC 6265bis, section 5.6.7).
   */
  isWithheld(request: Request): boolean {
    const { headers } = request;
    if (this.#sameSite === "None" || headers.get("sec-fetch-site") !== "cross-site") return false;
    return this.#sameSite === "Strict" || !isSafe(request) ||
      (headers.get("sec-fetch-mode") ?? "navigate") !== "navigate" ||
      (headers.get("sec-fetch-dest") ?? "document") !== "document";
  }
}

/**
 * Whether a request promises to change nothing: by its method (RFC 9110, section 9.2.1), and unless
 * it opens a WebSocket, through which anything can be sent.
 */
export function isSafe({ method, headers }: Request): boolean {
  return isSafeMethod(method) &&
    !(headers.get("upgrade")?.toLowerCase().includes("websocket") ?? false);
}

/** Whether a method is safe. */
export function isSafeMethod(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** Whether the visitor's connection is https. */
export function isHttps({ headers, url }: Request, { trustProxy }: ProxyOptions = {}): boolean {
  const scheme = trustProxy ? forwarded(headers, "x-forwarded-proto") : "";
  return scheme === "https" || scheme === "http" ? scheme === "https" : url.startsWith("https:");
}

/** The first value of a header that proxies append to, in lower case; empty if there is none. */
export function forwarded(headers: Headers, name: string): string {
  const value = headers.get(name) ?? "";
  const comma = value.indexOf(",");
  return (comma === -1 ? value : value.slice(0, comma)).trim().toLowerCase();
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Cuts a part out of a text, without the blanks at its ends: browsers trim nothing else. */
function trimmed(text: string, from: number, to: number): string {
  const start = skipBlanks(text, from);
  let end = to;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function faultOf(options: SessionCookieOptions, secure: boolean): string | null {
  const { name = "session", path = "/", domain, sameSite = "Lax", maxAge } = options;
  if (!NAME.test(name)) return "its name is not a token (RFC 9110, section 5.6.2)";
  if (/^__(?:secure-|host-(?!http-))/i.test(name)) {
    return "the prefix is added where the connection is https";
  }
  if (!PATH.test(path)) return `"${path}" is not a path that starts with /`;
  if (domain !== undefined && !DOMAIN.test(domain)) return `"${domain}" is not a domain`;
  if (!/^(?:Strict|Lax|None)$/.test(sameSite)) {
    return `sameSite is "${sameSite}", "Strict", "Lax" or "None" is needed`;
  }
  if (sameSite === "None" && !secure) return 'sameSite "None" needs secure';
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    return `maxAge is ${maxAge}, a whole number of seconds from 0 is needed`;
  }
  if (/^__(?:host-)?http-/i.test(name) && options.secure !== true) {
    return "its prefix needs secure: true";
  }
  if (/^__host-http-/i.test(name) && (path !== "/" || domain !== undefined)) {
    return "the prefix __Host-Http- needs the path / and no domain";
  }
  return null;
}
