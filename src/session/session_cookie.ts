import { type CookieWriter, cookieWriter, readCookie } from "../http/cookie.ts";
import { isSafe } from "../http/is_safe.ts";
import { withHeaders } from "../http/responses.ts";

/** What browsers keep of a cookie at most: name, value and attributes, in bytes (RFC 6265, 6.1). */
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

/** The cookie of one kind of connection, ready to be read and written. */
export class SessionCookie {
  /** The name, with its prefix. */
  readonly name: string;
  /** Bytes of everything but the value. */
  readonly overhead: number;
  /** Whether the browser is to keep the cookie for a time, which each response then renews. */
  readonly hasMaxAge: boolean;
  readonly #writer: CookieWriter;
  readonly #sameSite: "Strict" | "Lax" | "None";

  /**
   * @param options What the application says.
   * @param secure Whether this is the cookie of https connections.
   * @throws {RangeError} If browsers would refuse the cookie.
   */
  constructor(options: SessionCookieOptions, secure: boolean) {
    const { name = "session", path = "/", domain, sameSite = "Lax", maxAge } = options;
    if (/^__(?:secure-|host-(?!http-))/i.test(name)) {
      throw new RangeError(
        `Cannot use the cookie name "${name}": the prefix is added where the connection is https`,
      );
    }
    const hasPrefix = /^__(?:host-)?http-/i.test(name);
    const prefix = path === "/" && domain === undefined ? "__Host-" : "__Secure-";
    this.name = secure && !hasPrefix ? prefix + name : name;
    this.#sameSite = sameSite;
    this.hasMaxAge = maxAge !== undefined;
    this.#writer = cookieWriter({
      name: this.name,
      path,
      domain,
      sameSite,
      maxAge,
      secure,
      httpOnly: true,
    });
    this.overhead = this.#writer.overhead;
  }

  /** The value that a request carries, or null. */
  read(request: Request): string | null {
    return readCookie(request.headers.get("cookie"), this.name) || null;
  }

  /**
   * Whether the browser had to withhold this cookie from a request (RFC 6265bis, section 5.8.3), so
   * that its absence says nothing: from a request that another site caused, unless it is a
   * navigation of a whole window and the cookie `Lax`.
   */
  isWithheldFrom({ method, headers }: Request): boolean {
    if (this.#sameSite === "None" || headers.get("sec-fetch-site") !== "cross-site") return false;
    if (this.#sameSite === "Strict" || !isSafe(method)) return true;
    return (headers.get("sec-fetch-mode") ?? "navigate") !== "navigate" ||
      (headers.get("sec-fetch-dest") ?? "document") !== "document";
  }

  /** Puts the cookie on a response. */
  set(response: Response, value: string): Response {
    const line = this.#writer.set(value);
    return withHeaders(response, (headers) => headers.append("set-cookie", line));
  }

  /** Takes the cookie away from the browser. */
  remove(response: Response): Response {
    return withHeaders(response, (headers) => headers.append("set-cookie", this.#writer.remove()));
  }
}
