/**
 * Responses as views make them, and a way to put headers on any of them.
 *
 * @module
 */

const HTML = "text/html; charset=utf-8";
/** The content types that the platform writes itself, for text and for `Response.json`. */
const WRITTEN = /^(?:text\/plain;charset=utf-8|application\/json(?:;charset=utf-8)?)$/i;
/** Marks responses that are known to have a body, and headers that nobody else has. */
const OWN = Symbol("own");

/** Marks a response that was just made with a body and with headers of its own. */
export function own(response: Response): Response {
  Reflect.set(response, OWN, true);
  return response;
}

let asked: typeof Response | undefined;
let keeps = false;

/**
 * Whether responses keep the very `Headers` object that they are made with, as those of
 * `@hono/node-server` do: then it may belong to others as well.
 */
function keepsHeaders(): boolean {
  if (asked !== Response) { // which some servers replace when they start
    asked = Response;
    const headers = new Headers();
    keeps = new Response(null, { headers }).headers === headers;
  }
  return keeps;
}

/**
 * Whether the application may use a response again, or its headers. Asking for the body costs a
 * third of a whole request, since Deno makes a stream of it and can no longer send it as text; so
 * it is asked for only where nothing else shows that there is one.
 */
function isReusable(response: Response): boolean {
  if (OWN in response) return false;
  if (keepsHeaders()) return true;
  if (response.status === 200 && WRITTEN.test(response.headers.get("content-type") ?? "")) {
    return false;
  }
  return response.body === null;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * A page.
 *
 * @param body The document; whatever came from a visitor must be escaped in it already.
 * @param init Status and headers; a content type given here stays.
 * @returns The response, `text/html; charset=utf-8`.
 *
 * @example
 * ```ts
 * import { html } from "@satchel/satchel";
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
 * Sends the visitor elsewhere. The default, 303, is the answer to a form: the browser gets the
 * page, and reloading it does not send the form again.
 *
 * Never pass on a location a visitor supplied without checking it: it may lead to another site.
 *
 * @param location An absolute or relative URL; characters beyond ASCII are percent-encoded.
 * @param status 301, 302, 303, 307 or 308.
 * @returns The response; its headers can be changed, unlike those of `Response.redirect`.
 * @throws {RangeError} If the status is another one, or the location is empty or holds control
 * characters.
 *
 * @example
 * ```ts
 * import { redirect } from "@satchel/satchel";
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

/**
 * Changes the headers of a response that has a body, and makes a changed copy of one that has none:
 * that can be sent any number of times, so it may be a constant of the application. Where headers
 * are immutable (results of `fetch`) a copy with the same body is changed. A response that cannot
 * be copied (status 101, a network error) is changed in place, or returned as it is.
 *
 * @param response The response; do not use it afterwards if it has a body.
 * @param change Receives the headers to change. Called once more where they are immutable.
 * @returns The response with the changed headers.
 *
 * @example
 * ```ts
 * import { withHeaders } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const fixed = Response.redirect("https://shop.example/");
 * const response = withHeaders(fixed, (headers) => headers.set("cache-control", "no-store"));
 * assertEquals(response.headers.get("cache-control"), "no-store");
 * ```
 */
export function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  const canBeCopied = response.status >= 200;
  if (!canBeCopied || !isReusable(response)) {
    try {
      change(response.headers);
      return response;
    } catch (error) {
      // TypeError is what immutable headers throw; a bad value throws it again from the copy.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  if (!canBeCopied) return response;
  const copy = new Response(response.body, response);
  change(copy.headers);
  return copy;
}

/** Statuses whose responses have no body by definition (Fetch standard, section 2.2.3). */
const NULL_BODY = [101, 103, 204, 205, 304];

/**
 * Takes the body away from the answer to a HEAD, which is to have the headers that a GET would get
 * (RFC 9110, section 9.3.2). Its body is not read: a stream is cancelled.
 *
 * Servers say `Content-Length: 0` for a response without a body, which section 8.6 forbids where a
 * GET has one. So the answer keeps the `Content-Length` that it brings, or else has a body of unknown
 * length that turns out to be empty.
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

/** An empty stream that does not know it yet: one that has ended, Bun gives a length of 0. */
function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.close() }, { highWaterMark: 0 });
}
