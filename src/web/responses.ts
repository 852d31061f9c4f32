import { own, withHeaders } from "../session/headers.ts";

const HTML = "text/html; charset=utf-8";

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Makes a page.
 *
 * @param body The document. Text of visitors must already be escaped in it.
 * @param init Status and headers, which may include another content type.
 * @returns The response, `text/html; charset=utf-8`.
 *
 * @example
 * ```ts
 * import { html } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const response = html("<h1>Hi</h1>", { status: 201 });
 * assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
 * ```
 */
export function html(body: BodyInit, init?: ResponseInit): Response {
  const headers = init?.headers === undefined ? undefined : new Headers(init.headers);
  const response = new Response(
    body,
    // A copy of the headers, as servers that bring a `Response` of their own may keep what is given.
    headers === undefined ? init : { status: init?.status, statusText: init?.statusText, headers },
  );
  // Set afterwards, since that takes a fraction of the time that any `headers` for `Response` takes.
  if (!headers?.has("content-type")) response.headers.set("content-type", HTML);
  return (body ?? null) === null ? response : own(response); // not every caller is type-checked
}

/**
 * Redirects the visitor. The default status, 303, is the answer to a form: the browser loads the other
 * page, and reloading it does not send the form again.
 *
 * Never pass on a location from a visitor without checking it: it may lead to another site.
 *
 * @param location An absolute or relative URL; characters beyond ASCII are percent-encoded.
 * @param status 301, 302, 303, 307 or 308.
 * @returns The response. Its headers can be changed, unlike those of `Response.redirect`.
 * @throws {RangeError} If the status is another one, or the location is empty or has control
 * characters.
 *
 * @example
 * ```ts
 * import { redirect } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(redirect("/cart").status, 303);
 * assertEquals(redirect("/cart").headers.get("location"), "/cart");
 * ```
 */
export function redirect(location: string | URL, status = 303): Response {
  const text = String(location);
  if (!REDIRECTS.includes(status)) {
    throw new RangeError(`Cannot redirect: the status is ${status}, not ${REDIRECTS.join(", ")}`);
  }
  if (text === "") throw new RangeError("Cannot redirect: the location is empty");
  if (/\p{Cc}/u.test(text)) {
    throw new RangeError(
      `Cannot redirect: control characters in the location ${JSON.stringify(text)}`,
    );
  }
  const ascii = text.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return new Response(null, { status, headers: { location: ascii } });
}

/** Statuses whose responses have no body by definition (Fetch standard, section 2.2.3). */
const NULL_BODY = [101, 103, 204, 205, 304];

/**
 * Removes the body from the response to a HEAD, which has the headers that a GET would get (RFC 9110,
 * section 9.3.2). The body is not read: a stream is cancelled.
 *
 * Servers send `Content-Length: 0` with a response without a body, which section 8.6 forbids if the
 * response to a GET has one. So the response keeps its `Content-Length`, or else gets an empty body of
 * unknown length.
 *
 * @param response The response; do not use it afterwards.
 * @returns A response with the same status and headers.
 */
export function bodiless(response: Response): Response {
  const { body, status, statusText } = response;
  body?.cancel().catch(() => {}); // nobody will read it
  if (status < 200 || NULL_BODY.includes(status)) return response;
  const headers = new Headers(response.headers);
  const rest = headers.has("content-length") ? null : emptyStream();
  return own(new Response(rest, { status, statusText, headers }));
}

/** Makes an empty stream that has not ended: for one that has, Bun sends a length of 0. */
function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.close() }, { highWaterMark: 0 });
}

const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    "content-security-policy",
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'", // scripts: none, by default-src
  ],
  ["x-content-type-options", "nosniff"],
  // Not "no-referrer": with that, browsers send `Origin: null` even from the site's own forms, and
  // the origin guard could not tell them from another site's (Fetch standard, section 3.2).
  ["referrer-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
];

/**
 * Adds the security headers that a response does not set itself: a strict `Content-Security-Policy`
 * (styles, images and forms of this origin, no scripts, no frames), `X-Content-Type-Options`,
 * `Referrer-Policy` and `Cross-Origin-Opener-Policy`. The handler does it for every response; one
 * that needs more, such as a script, sets a policy of its own.
 *
 * @param response The response; do not use it afterwards if it has a body.
 * @returns The same response, or a copy if it has no body or its headers are immutable.
 *
 * @example
 * ```ts
 * import { html, withSecurityHeaders } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const { headers } = withSecurityHeaders(html("<h1>Hi</h1>"));
 * assertEquals(headers.get("x-content-type-options"), "nosniff");
 * ```
 */
export function withSecurityHeaders(response: Response): Response {
  return withHeaders(response, addMissing);
}

function addMissing(headers: Headers): void {
  for (const [name, value] of SECURITY_HEADERS) {
    if (!headers.has(name)) headers.append(name, value);
  }
}
