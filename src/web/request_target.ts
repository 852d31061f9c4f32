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
