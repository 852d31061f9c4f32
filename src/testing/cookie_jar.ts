/** Which cross-site requests carry a cookie. */
export type SameSite = "Strict" | "Lax" | "None";

/** A cookie as a browser keeps it (RFC 6265bis, section 5.7). */
export interface StoredCookie {
  /** The name; empty where the `Set-Cookie` line has no `=`. */
  readonly name: string;
  /** The value, as it is sent back. */
  readonly value: string;
  /** The host that gets it, or with `hostOnly: false` the domain. */
  readonly domain: string;
  /** Whether `domain` alone gets it, and no host below it. */
  readonly hostOnly: boolean;
  /** The path below which it is sent. */
  readonly path: string;
  /** Whether it is for https alone. */
  readonly secure: boolean;
  /** Whether scripts cannot read it. */
  readonly httpOnly: boolean;
  /** Which cross-site requests carry it. */
  readonly sameSite: SameSite;
  /** Milliseconds since the Unix epoch; null: until the browser is closed. */
  readonly expiresAt: number | null;
}

/** Bytes of name and value (RFC 6265bis, section 5.7). */
const MAX_BYTES = 4096;
/** Bytes of an attribute's value; a longer attribute does not count. */
const MAX_ATTRIBUTE_BYTES = 1024;
/** No cookie is kept longer than 400 days. */
const MAX_AGE_MS = 400 * 86_400_000;
/** The rules of each prefix of a name (RFC 6265bis, section 4.1.3, and its successor). */
const PREFIXES: readonly [RegExp, (cookie: StoredCookie, hasRootPath: boolean) => boolean][] = [
  [/^__secure-/i, ({ secure }) => secure],
  [/^__http-/i, ({ secure, httpOnly }) => secure && httpOnly],
  [/^__host-/i, ({ secure, hostOnly }, hasRootPath) => secure && hostOnly && hasRootPath],
  [/^__host-http-/i, ({ httpOnly }) => httpOnly],
];

/**
 * The cookies of one browser, kept and sent back as RFC 6265bis tells browsers: by host, path,
 * `Secure`, `SameSite` and time, with the rules of the prefixes `__Host-`, `__Secure-`, `__Http-` and
 * `__Host-Http-`, and at most 4096 bytes each. It has no list of public suffixes such as `co.uk`: a
 * `Domain` without a dot is all that it refuses as too wide.
 *
 * @example
 * ```ts
 * import { CookieJar, TestClock } from "@satchel/satchel/testing";
 * import { assertEquals, assertFalse } from "@std/assert";
 *
 * const clock = new TestClock();
 * const jar = new CookieJar(clock.now);
 * jar.storeLine("https://shop.example/", "__Host-id=1; Secure; Path=/; Max-Age=60");
 * assertFalse(jar.storeLine("https://shop.example/", "__Host-id=2; Path=/"), "it is not Secure");
 *
 * assertEquals(jar.header("https://shop.example/cart"), "__Host-id=1");
 * clock.advance(60);
 * assertEquals(jar.header("https://shop.example/cart"), null);
 * ```
 */
export class CookieJar {
  readonly #cookies = new Map<string, StoredCookie>();
  readonly #now: () => number;

  /**
   * Makes an empty jar.
   *
   * @param now The clock, in milliseconds since the Unix epoch. Default: `Date.now`.
   */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The cookies that have not expired, in the order in which they were first stored. */
  get cookies(): StoredCookie[] {
    const now = this.#now();
    return [...this.#cookies.values()].filter(({ expiresAt }) =>
      expiresAt === null || expiresAt > now
    );
  }

  /** Stores the cookies that a response sets; see {@linkcode CookieJar.storeLine}. */
  store(url: string, response: Response, strictest?: SameSite): void {
    for (const line of response.headers.getSetCookie()) this.storeLine(url, line, strictest);
  }

  /**
   * Stores the cookie of one `Set-Cookie` line, unless a browser would ignore it.
   *
   * @param url The address that sent the line.
   * @param line The line, as `headers.getSetCookie()` returns it.
   * @param strictest The strictest `SameSite` that the response may set: `None` where another site's
   * page made the request, and it was no top-level navigation. Default: `Strict`.
   * @returns Whether the cookie was accepted. One that is already over was, too: it deletes.
   */
  storeLine(url: string, line: string, strictest: SameSite = "Strict"): boolean {
    const cookie = parse(new URL(url), line, this.#now());
    if (cookie === null || !mayCarry(cookie, strictest) || this.#isShadowed(url, cookie)) {
      return false;
    }
    this.#cookies.set(`${cookie.name};${cookie.domain};${cookie.hostOnly};${cookie.path}`, cookie);
    return true;
  }

  /**
   * Returns the `Cookie` header for an address, longest path first; null if no cookie belongs there.
   *
   * @param url The address that is asked.
   * @param strictest The strictest `SameSite` that the request carries: `Lax` for a cross-site
   * top-level navigation with a safe method, `None` for any other cross-site request. Default:
   * `Strict`, as for a request from the same site.
   */
  header(url: string, strictest: SameSite = "Strict"): string | null {
    const { hostname, pathname } = new URL(url);
    const sent = this.cookies.filter((cookie) =>
      (cookie.hostOnly ? hostname === cookie.domain : isBelow(hostname, cookie.domain)) &&
      pathMatches(pathname, cookie.path) &&
      (!cookie.secure || isTrustworthy(url)) &&
      mayCarry(cookie, strictest)
    ).sort((one, other) => other.path.length - one.path.length);
    return sent.length === 0
      ? null
      : sent.map(({ name, value }) => name === "" ? value : `${name}=${value}`).join("; ");
  }

  /** Deletes all cookies. */
  clear(): void {
    this.#cookies.clear();
  }

  /** Closes the browser: cookies without `Max-Age` and `Expires` are gone. */
  close(): void {
    for (const [key, { expiresAt }] of this.#cookies) {
      if (expiresAt === null) this.#cookies.delete(key);
    }
  }

  /** Whether a plain connection would take the place of a secure cookie ("leave secure cookies alone"). */
  #isShadowed(url: string, { name, domain, path, secure }: StoredCookie): boolean {
    if (secure || isTrustworthy(url)) return false;
    return this.cookies.some((kept) =>
      kept.secure && kept.name === name && pathMatches(path, kept.path) &&
      (isBelow(domain, kept.domain) || isBelow(kept.domain, domain))
    );
  }
}

/** Returns whether browsers take a connection for safe: https, and this very machine. */
export function isTrustworthy(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ||
    /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function mayCarry({ sameSite }: StoredCookie, strictest: SameSite): boolean {
  const order: readonly SameSite[] = ["None", "Lax", "Strict"];
  return order.indexOf(sameSite) <= order.indexOf(strictest);
}

function parse(url: URL, line: string, now: number): StoredCookie | null {
  const { hostname, pathname, href } = url;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) return null; // control characters
  const [pair = "", ...rest] = line.split(";");
  const equals = pair.indexOf("=");
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  const value = pair.slice(equals + 1).trim();
  const bytes = name.length + value.length; // a header's characters are bytes
  if (bytes === 0 || bytes > MAX_BYTES) return null;

  const attributes = new Map(
    rest.map((part): [string, string] => {
      const [key = "", ...text] = part.split("=");
      return [key.trim().toLowerCase(), text.join("=").trim()];
    }).filter(([, text]) => text.length <= MAX_ATTRIBUTE_BYTES),
  );
  const domain = (attributes.get("domain") ?? "").replace(/^\./, "").toLowerCase();
  const path = attributes.get("path") ?? "";
  const cookie: StoredCookie = {
    name,
    value,
    domain: domain || hostname,
    hostOnly: domain === "" ||
      (domain === hostname && (!domain.includes(".") || isAddress(domain))),
    path: path.startsWith("/") ? path : pathname.slice(0, pathname.lastIndexOf("/")) || "/",
    secure: attributes.has("secure"),
    httpOnly: attributes.has("httponly"),
    sameSite: sameSiteOf(attributes.get("samesite")),
    expiresAt: expiry(attributes, now),
  };
  if (!cookie.hostOnly && (!isBelow(hostname, domain) || !domain.includes("."))) return null;
  if (cookie.secure && !isTrustworthy(href)) return null;
  if (cookie.sameSite === "None" && !cookie.secure) return null;
  const isAllowed = PREFIXES.every(([prefix, isMet]) =>
    !prefix.test(name || value) || (name !== "" && isMet(cookie, path === "/"))
  );
  return isAllowed ? cookie : null;
}

function sameSiteOf(text = ""): SameSite {
  return /^strict$/i.test(text) ? "Strict" : /^none$/i.test(text) ? "None" : "Lax";
}

function expiry(attributes: ReadonlyMap<string, string>, now: number): number | null {
  const maxAge = attributes.get("max-age") ?? "";
  const at = /^-?\d+$/.test(maxAge)
    ? now + Number(maxAge) * 1000
    : Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(at) ? null : Math.min(at, now + MAX_AGE_MS);
}

function pathMatches(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}

function isBelow(hostname: string, domain: string): boolean {
  return hostname === domain || (hostname.endsWith(`.${domain}`) && !isAddress(hostname));
}

function isAddress(hostname: string): boolean {
  return /^[\d.]+$|^\[/.test(hostname);
}
