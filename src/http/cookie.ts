/**
 * The two ends of a cookie: the value a `Cookie` header carries, and the `Set-Cookie` text.
 *
 * @module
 */

import { setCookie } from "@std/http/cookie";

const SPACE = 0x20;
const TAB = 0x09;
const EQUALS = 0x3d;
/** A name that every browser and server reads alike (RFC 6265, section 4.1.1). */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
const DOMAIN = /^\.?[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Cuts a part out of a text, without the blanks at its ends. */
function trimmed(text: string, from: number, to: number): string {
  const start = skipBlanks(text, from);
  let end = to;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * Finds one cookie in a `Cookie` header, without taking the others apart.
 *
 * Of several cookies with this name the first wins: user agents send the more specific path first
 * (RFC 6265 section 5.4). Blanks around name and value are not part of them. A value is returned
 * as it was sent, quotes included. What has no `=` is a value without a name (RFC 6265bis,
 * section 5.7), and never taken for the cookie of that name. Nothing a visitor can send makes this
 * throw.
 *
 * @param header The `Cookie` header, or `null` where the request has none.
 * @param name The name, in the exact case.
 * @returns The value, or `null` where no cookie has this name.
 *
 * @example
 * ```ts
 * import { readCookie } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readCookie("theme=dark; session=abc", "session"), "abc");
 * assertEquals(readCookie(null, "session"), null);
 * ```
 */
export function readCookie(header: string | null, name: string): string | null {
  if (header === null) return null;
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon === -1 ? header.length : semicolon;
    const at = skipBlanks(header, start);
    if (header.startsWith(name, at)) {
      const after = skipBlanks(header, at + name.length);
      if (header.charCodeAt(after) === EQUALS) return trimmed(header, after + 1, end);
    }
    start = end + 1;
  }
  return null;
}

/** What `Set-Cookie` says beside the value (RFC 6265 section 4.1.2). */
export interface CookieAttributes {
  /**
   * The name; `__Host-`, `__Secure-`, `__Http-` and `__Host-Http-` bring the rules of RFC 6265bis
   * section 4.1.3, in whatever case they are written.
   */
  name: string;
  /** The paths it is sent to. Default: the directory of the page that sets it; prefer `"/"`. */
  path?: string;
  /** The domain it is shared with. Default: only the host that sets it, which is safer. */
  domain?: string;
  /** Whether other sites' requests carry it. Default: the user agent's, mostly `Lax`. */
  sameSite?: "Strict" | "Lax" | "None";
  /** Seconds it is kept. Default: until the browser closes. */
  maxAge?: number;
  /** Sent over https only. Default: `false`. */
  secure?: boolean;
  /** Hidden from scripts. Default: `false`. */
  httpOnly?: boolean;
  /** Kept apart for every embedding site (CHIPS). Default: `false`. */
  partitioned?: boolean;
}

/** Writes the `Set-Cookie` texts of one cookie. */
export interface CookieWriter {
  /**
   * Makes the `Set-Cookie` text that sets a value.
   *
   * @param value Cookie octets (RFC 6265 section 4.1.1), such as base64url. They are not checked.
   * @returns The text.
   */
  set(value: string): string;
  /**
   * Makes the `Set-Cookie` text that deletes the cookie: same name, path and domain.
   *
   * @returns The text.
   */
  remove(): string;
  /** Bytes that every {@linkcode CookieWriter.set} text has beside the value. */
  readonly overhead: number;
}

function faultOf(cookie: CookieAttributes): string | null {
  const { name, path, domain, sameSite, maxAge, secure, httpOnly, partitioned } = cookie;
  if (name === "") return "the name is empty";
  if (!TOKEN.test(name)) return "the name has characters that no cookie's name can have";
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    return `maxAge is ${maxAge}, a whole number of seconds from 0 is needed`;
  }
  if (domain !== undefined && !DOMAIN.test(domain)) return `"${domain}" is not a domain`;
  if (path !== undefined && !path.startsWith("/")) {
    return `the path "${path}" does not start with /`;
  }
  if (sameSite !== undefined && !["Strict", "Lax", "None"].includes(sameSite)) {
    return `sameSite is "${sameSite}", "Strict", "Lax" or "None" is needed`;
  }
  if (!secure) {
    if (sameSite === "None") return `sameSite "None" needs secure`;
    if (partitioned) return "partitioned needs secure";
    if (/^__(?:host|secure|http)-/i.test(name)) return "its prefix needs secure";
  }
  if (/^__(?:host-)?http-/i.test(name) && !httpOnly) return "its prefix needs httpOnly";
  if (/^__host-/i.test(name) && (path !== "/" || domain !== undefined)) {
    return "the prefix __Host- needs the path / and no domain";
  }
  return null;
}

/**
 * Prepares the `Set-Cookie` texts of one cookie. The attributes are checked here, and serialised
 * once for all values, because doing it for every response costs more than the rest of the
 * response's headers; setting a value is then a concatenation.
 *
 * @param attributes The name and everything else but the value.
 * @returns The writer.
 * @throws {RangeError} If user agents would refuse a cookie with these attributes.
 *
 * @example
 * ```ts
 * import { cookieWriter } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const theme = cookieWriter({ name: "theme", path: "/", sameSite: "Lax" });
 * assertEquals(theme.set("dark"), "theme=dark; SameSite=Lax; Path=/");
 * ```
 */
export function cookieWriter(attributes: CookieAttributes): CookieWriter {
  // Under another name: `setCookie` takes `__Hostess` for a name with the prefix `__Host-`.
  const own = { ...attributes, name: "c" };
  const serialise = (more: { maxAge?: number; expires?: Date }): string => {
    const headers = new Headers();
    setCookie(headers, { ...own, ...more, value: "" });
    return headers.get("set-cookie")?.slice("c=".length) ?? "";
  };
  const refuse = (fault: string, cause?: unknown): never => {
    throw new RangeError(`Cannot write the cookie "${attributes.name}": ${fault}`, { cause });
  };

  const fault = faultOf(attributes);
  if (fault !== null) refuse(fault);
  let rest: string;
  try {
    rest = serialise({});
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), error);
  }
  const start = `${attributes.name}=`;

  return {
    set: (value) => start + value + rest,
    // Max-Age is what user agents heed; Expires is for the few that know only that.
    remove: () => start + serialise({ maxAge: 0, expires: new Date(0) }),
    overhead: start.length + rest.length, // ASCII throughout: characters are bytes
  };
}
