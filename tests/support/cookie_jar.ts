/** A cookie as a browser keeps it (RFC 6265bis, section 5.7). */
export interface StoredCookie {
  name: string;
  value: string;
  /** The host that may read it, or with `hostOnly: false` the domain. */
  domain: string;
  hostOnly: boolean;
  path: string;
  secure: boolean;
  httpOnly: boolean;
  sameSite: string;
  /** Milliseconds since the epoch; null lasts until the browser is closed. */
  expiresAt: number | null;
}

const MAX_BYTES = 4096;

/**
 * The cookies of one browser: a small jar that obeys RFC 6265bis, except that it refuses cookies
 * without a name, which no server here may set.
 */
export class CookieJar {
  readonly #cookies = new Map<string, StoredCookie>();
  readonly #now: () => number;

  /** @param now The clock, in milliseconds. Default: the real one. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** What the jar holds and has not expired. */
  get cookies(): StoredCookie[] {
    const now = this.#now();
    return [...this.#cookies.values()].filter(({ expiresAt }) =>
      expiresAt === null || expiresAt > now
    );
  }

  /** Keeps what a response sets, except what a browser would ignore. */
  store(url: string, response: Response): void {
    for (const line of response.headers.getSetCookie()) this.storeLine(url, line);
  }

  /** Keeps the cookie of one `Set-Cookie` line; says whether it was accepted. */
  storeLine(url: string, line: string): boolean {
    const cookie = parse(new URL(url), line, this.#now());
    if (cookie === null) return false;
    this.#cookies.set(`${cookie.name};${cookie.domain};${cookie.path}`, cookie);
    return true;
  }

  /** The `Cookie` header for a URL, longest path first; null if no cookie belongs there. */
  header(url: string): string | null {
    const { hostname, pathname, protocol } = new URL(url);
    const sent = this.cookies.filter((cookie) =>
      (cookie.hostOnly ? hostname === cookie.domain : isBelow(hostname, cookie.domain)) &&
      pathMatches(pathname, cookie.path) &&
      (!cookie.secure || isSecure(protocol, hostname))
    ).sort((one, other) => other.path.length - one.path.length);
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  /** Forgets all cookies. */
  clear(): void {
    this.#cookies.clear();
  }

  /** Closes the browser: what has no expiry is gone. */
  close(): void {
    for (const [key, { expiresAt }] of this.#cookies) {
      if (expiresAt === null) this.#cookies.delete(key);
    }
  }
}

function parse({ hostname, pathname, protocol }: URL, line: string, now: number) {
  const [pair = "", ...rest] = line.split(";");
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) return null;
  const equals = pair.indexOf("=");
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  const value = pair.slice(equals + 1).trim();
  if (name === "" || name.length + value.length > MAX_BYTES) return null;

  const attributes = new Map(rest.map((part): [string, string] => {
    const [key = "", ...text] = part.split("=");
    return [key.trim().toLowerCase(), text.join("=").trim()];
  }));
  const domain = (attributes.get("domain") ?? "").replace(/^\./, "").toLowerCase();
  const path = attributes.get("path") ?? "";
  const cookie: StoredCookie = {
    name,
    value,
    domain: domain || hostname,
    hostOnly: domain === "",
    path: path.startsWith("/") ? path : defaultPath(pathname),
    secure: attributes.has("secure"),
    httpOnly: attributes.has("httponly"),
    sameSite: attributes.get("samesite") ?? "Lax",
    expiresAt: expiry(attributes, now),
  };
  if (domain !== "" && !isBelow(hostname, domain)) return null;
  if (cookie.secure && !isSecure(protocol, hostname)) return null;
  if (cookie.sameSite.toLowerCase() === "none" && !cookie.secure) return null;
  if (/^__secure-/i.test(name) && !cookie.secure) return null;
  if (/^__host-/i.test(name) && !(cookie.secure && cookie.hostOnly && path === "/")) return null;
  return cookie;
}

function expiry(attributes: Map<string, string>, now: number): number | null {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? null : expires;
}

function defaultPath(pathname: string): string {
  return pathname.slice(0, pathname.lastIndexOf("/")) || "/";
}

function pathMatches(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}

function isBelow(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

/** Browsers send secure cookies to this very machine as well. */
function isSecure(protocol: string, hostname: string): boolean {
  return protocol === "https:" || hostname === "localhost" || hostname === "127.0.0.1";
}
