import type { SessionRequest } from "./state.ts";

/** Bytes that browsers keep of a cookie: name, value and attributes (RFC 6265, section 6.1). */
export const MAX_COOKIE_BYTES = 4096;

/** The cookie that carries the session. */
export interface SessionCookieOptions {
  /**
   * The name, without the prefixes `__Host-` and `__Secure-`. Default: `session`. `__Http-` and
   * `__Host-Http-`, which newer browsers know, are written out and need `secure`.
   */
  readonly name?: string;
  /**
   * Names that the cookie had before, as browsers know them (`sid`, `__Host-sid`). Their cookies are
   * still read, under the present path and domain, and never set: the session moves to the present
   * name, and the cookie under the former one is removed as soon as the browser has shown the new
   * one. `["session"]` keeps visitors signed in when a site moves from http to https. Cookies
   * without a prefix can be set by other hosts of the domain and over http, so list a name only as
   * long as its sessions live. Default: none.
   */
  readonly formerly?: readonly string[];
  /** The paths that the session is for. Default: `/`. */
  readonly path?: string;
  /** The domain that shares the session with its subdomains. Default: this host alone. */
  readonly domain?: string;
  /** Which cross-site requests carry the session. Default: `Lax`. */
  readonly sameSite?: "Strict" | "Lax" | "None";
  /**
   * Seconds that the browser keeps the cookie, up to 400 days; null: until it is closed. The idle
   * timeout is as long by default; for a "remember me", which some visitors want and others do not,
   * call `Session.remember` instead. Default: null.
   */
  readonly maxAge?: number | null;
  /**
   * Whether the cookie is for https alone. Default: as the connection is, so that development
   * over http works. Over https the name gets the prefix `__Host-`, or `__Secure-` where path or
   * domain forbid that (RFC 6265bis, section 4.1.3).
   */
  readonly secure?: boolean;
  /**
   * Whether each site that embeds this one gets a session of its own (CHIPS). Needs `secure`, and
   * `sameSite: "None"` to be sent there. Default: false.
   */
  readonly partitioned?: boolean;
}

/** Whom to believe about the address of a request. */
export interface ProxyOptions {
  /**
   * Whether to believe a proxy about the visitor's connection: only behind one that sets these
   * headers itself, or removes them. Default: false.
   *
   * Read are `X-Forwarded-Proto` (`wss` is https, `ws` is http), `X-Forwarded-Host`, and
   * `X-Forwarded-Port` where the host names no port; where one of the first two is missing, `proto`
   * or `host` of `Forwarded` (RFC 7239) takes its place. The headers with `X-` count first, since
   * most proxies that set them pass on a visitor's `Forwarded`. Of a list of proxies the first
   * counts, which is the visitor's end of the chain.
   */
  readonly trustProxy?: boolean;
}

/** The most cookies of a request that are tried. */
const MAX_SENT = 4;

/** A cookie that came with a request. */
export type SentCookie = readonly [name: string, value: string];

/** The session cookie of one kind of connection: http or https. */
export class SessionCookie {
  /** The name, with its prefix. */
  readonly name: string;
  /** Patterns that find the cookie, by its names: the present one first. */
  readonly #patterns = new Map<string, RegExp>();
  readonly #sameSite: "Strict" | "Lax" | "None";
  readonly #flags: string;
  readonly #scope: string;

  /**
   * Checks the options.
   *
   * @param options The application's options.
   * @param secure Whether this is the cookie of https connections.
   * @throws {RangeError} If browsers would refuse the cookie.
   */
  constructor(options: SessionCookieOptions, secure: boolean) {
    const { name = "session", path = "/", domain, sameSite = "Lax" } = options;
    const { partitioned = false, formerly = [] } = options;
    const isHostOnly = path === "/" && domain === undefined;
    const ownPrefix = /^__(host-)?http-/i.exec(name);
    const fault = ![name, ...formerly].every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
      ? "its name is not a token"
      : /^__(secure-|host-(?!http-))/i.test(name)
      ? "the prefix is added over https"
      : ownPrefix !== null && options.secure !== true
      ? "its prefix needs secure: true"
      : ownPrefix?.[1] !== undefined && !isHostOnly
      ? "its prefix needs the path / and no domain"
      : !/^\/[ -:<-~]*$/.test(path)
      ? `"${path}" is not a path that starts with /`
      : domain !== undefined && !/^\.?[a-z\d]+((\.|-+)[a-z\d]+)*$/i.test(domain)
      ? `"${domain}" is not a domain`
      : !["Strict", "Lax", "None"].includes(sameSite)
      ? `sameSite "${sameSite}" is not Strict, Lax or None`
      : sameSite === "None" && !secure
      ? 'sameSite "None" needs secure'
      : partitioned && !secure
      ? "partitioned needs secure"
      : null;
    if (fault !== null) throw new RangeError(`Cannot use the cookie "${name}": ${fault}`);
    const prefix = isHostOnly ? "__Host-" : "__Secure-";
    this.name = secure && ownPrefix === null ? prefix + name : name;
    for (const name of [this.name, ...formerly]) {
      // Browsers cut off spaces and tabs alone: with any other white space it is another cookie.
      const escaped = name.replace(/\W/g, "\\$&");
      const pattern = `(?:^|;)[ \\t]*${escaped}[ \\t]*=[ \\t]*([^;]*[^; \\t])?`;
      this.#patterns.set(name, new RegExp(pattern, "g"));
    }
    this.#sameSite = sameSite;
    this.#flags = secure ? "; Secure; HttpOnly" : "; HttpOnly";
    this.#scope = `${domain ? `; Domain=${domain}` : ""}; SameSite=${sameSite}; Path=${path}` +
      (partitioned ? "; Partitioned" : "");
  }

  /**
   * Reads the cookies that a request carries under the names of the session's: at most four. Those
   * of the present name come first. Of one name, browsers send the more specific path first, then
   * the older cookie (RFC 6265, section 5.4).
   */
  read(headers: Pick<Headers, "get">): SentCookie[] {
    const header = headers.get("cookie");
    const sent: SentCookie[] = [];
    if (header === null) return sent;
    for (const [name, pattern] of this.#patterns) {
      pattern.lastIndex = 0;
      for (let found; (found = pattern.exec(header)) !== null;) {
        if (found[1] && sent.push([name, found[1]]) === MAX_SENT) return sent;
      }
    }
    return sent;
  }

  /**
   * Returns the `Set-Cookie` line that sets a value: base64url, so nothing needs to be escaped.
   *
   * @param value The value.
   * @param maxAge Seconds that the browser keeps it; `Infinity`: until it is closed.
   */
  line(value: string, maxAge: number): string {
    const lifetime = maxAge === Infinity ? "" : `; Max-Age=${maxAge}`;
    return `${this.name}=${value}${this.#flags}${lifetime}${this.#scope}`;
  }

  /**
   * Returns the `Set-Cookie` line that removes the cookie, or one of a former name: same path and
   * domain, where the name does not say that there can be none (RFC 6265bis, section 4.1.3.2).
   */
  removal(name = this.name): string {
    const scope = /^__host-/i.test(name)
      ? this.#scope.replace(/; Domain=[^;]*/, "").replace(/Path=[^;]*/, "Path=/")
      : this.#scope;
    // Max-Age is what browsers obey; Expires is for the few that know nothing else.
    return `${name}=${this.#flags}; Max-Age=0${scope}`;
  }

  /**
   * Returns whether the browser had to withhold the cookie from a request, so that its absence says
   * nothing: another site made the request, and `SameSite` lets none, or only top-level
   * navigations, carry it (RFC 6265bis, section 5.6.7).
   */
  isWithheld(request: SessionRequest): boolean {
    const { headers } = request;
    if (this.#sameSite === "None" || headers.get("sec-fetch-site") !== "cross-site") return false;
    return this.#sameSite === "Strict" || !isSafe(request) || !isTopLevel(request);
  }
}

/**
 * Returns whether a request promises to change nothing: by its method (RFC 9110, section 9.2.1),
 * and unless it opens a WebSocket, through which anything can be sent.
 */
export function isSafe({ method = "", headers }: SessionRequest): boolean {
  return isSafeMethod(method) && !/websocket/i.test(headers.get("upgrade") ?? "");
}

/** Returns whether a browser goes to a page; requests without Fetch Metadata count as such. */
export function isNavigation({ headers }: SessionRequest): boolean {
  return (headers.get("sec-fetch-mode") ?? "navigate") === "navigate" &&
    headers.get("sec-fetch-dest") !== "empty";
}

/** Returns whether a browser goes to a page, and that not within a frame. */
export function isTopLevel(request: SessionRequest): boolean {
  return isNavigation(request) &&
    (request.headers.get("sec-fetch-dest") ?? "document") === "document";
}

/**
 * Returns a request whose headers can be read until the end: those of a request that was upgraded to
 * a WebSocket cannot, so it is copied before.
 */
export function lasting(request: Request): Request {
  const { url, method, headers } = request;
  // Not by `has`, for which Deno reads all headers.
  return headers.get("upgrade") !== null ? new Request(url, { method, headers }) : request;
}

/** Returns whether a method is safe. */
export function isSafeMethod(method: string): boolean {
  return /^(GET|HEAD|OPTIONS)$/.test(method);
}

const SCHEME = /^(?:http|ws)(s?):/;

/** Returns whether the visitor's connection is https; undefined if nothing says so. */
export function isHttps(
  { headers, url = "" }: SessionRequest,
  { trustProxy }: ProxyOptions,
): boolean | undefined {
  const proxied = trustProxy ? SCHEME.exec(`${forwarded(headers, "proto")}:`) : null;
  const scheme = proxied ?? SCHEME.exec(url);
  return scheme === null ? undefined : scheme[1] === "s";
}

/**
 * Returns a field of the first proxy that a request came through, in lower case; empty: there is
 * none. See {@linkcode ProxyOptions.trustProxy} for the order of the headers.
 */
export function forwarded(
  headers: Pick<Headers, "get">,
  field: "proto" | "host" | "port",
): string {
  const [first] = headers.get(`x-forwarded-${field}`)?.split(",", 1) ??
    [parameterOf(headers.get("forwarded") ?? "", field)];
  return first?.trim().toLowerCase() ?? "";
}

/** Returns a parameter of the first element of a `Forwarded` header (RFC 7239, section 4). */
function parameterOf(header: string, name: string): string | undefined {
  // Commas and semicolons in quoted strings separate nothing; a quote that does not end spoils all.
  const [element = ""] = /^(?:[^",]|"(?:\\.|[^"\\])*")*(?=,|$)/.exec(header) ?? [];
  const pairs = element.match(/(?:[^";]|"(?:\\.|[^"\\])*")+/g) ?? [];
  const [pair = ""] = pairs.filter((pair) => pair.split("=", 1)[0]?.trim().toLowerCase() === name);
  const value = pair.slice(pair.indexOf("=") + 1).trim();
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
