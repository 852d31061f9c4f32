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
 * Returns whether responses keep the very `Headers` object that they are made with, as those of
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
 * Returns whether the application may use a response again, or its headers. Asking for the body
 * costs a third of a whole request, since Deno makes a stream of it and can no longer send it as
 * text; so it is asked for only where nothing else shows that there is one.
 */
function isReusable(response: Response): boolean {
  if (OWN in response) return false;
  if (keepsHeaders()) return true;
  const isWritten = response.status === 200 &&
    WRITTEN.test(response.headers.get("content-type") ?? "");
  return !isWritten && response.body === null;
}

/**
 * Changes the headers of a response that has a body, and those of a copy where it has none: such an
 * answer can be sent any number of times, so it may be a constant of the application. Immutable
 * headers (results of `fetch`) are changed on a copy with the same body. A response that cannot be
 * copied (status 101, a network error) is changed in place, or returned as it is.
 *
 * @param response The response; do not use it afterwards if it has a body.
 * @param change Receives the headers to change. Called once more where they are immutable.
 * @returns The response with the changed headers.
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
      if (!canBeCopied) return response;
    }
  }
  const copy = new Response(response.body, response);
  change(copy.headers);
  return copy;
}

/** RFC 9213's `CDN-Cache-Control`, its variants by network, and its predecessors. */
const TARGETED = /-cache-control$|^(?:surrogate-control|edge-control|x-accel-expires)$/;

/** Removes the headers that some shared caches obey instead of `Cache-Control`. */
export function dropTargetedCaching(headers: Headers): void {
  const found: string[] = [];
  // One pass, mostly over a content type alone, costs less than asking for one name after another.
  headers.forEach((_, name) => {
    if (TARGETED.test(name)) found.push(name);
  });
  for (const name of found) headers.delete(name);
}

const PRIVATE = "private, no-cache";
const UNKEPT = "private, no-store";

/**
 * Keeps a response that depends on a session out of every shared cache (RFC 9111, section 5.2.2.7),
 * whatever the view said; how long the visitor's own browser keeps it stays the view's choice,
 * unless it may be shown once only.
 *
 * @param headers The headers of the response.
 * @param once Whether it shows a message or a refused form, which no cache must bring up again.
 * @param owned Whether it is for a visitor who is signed in. Browsers drop pages that may not be
 * stored from their back-forward cache when a cookie changes, as it does at the sign-out.
 */
export function setPrivate(headers: Headers, once: boolean, owned: boolean): void {
  dropTargetedCaching(headers);
  if (!/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(headers.get("vary") ?? "")) {
    headers.append("vary", "Cookie");
  }
  const control = headers.get("cache-control");
  const isUnkept = once || owned && control === null;
  headers.set("cache-control", isUnkept ? UNKEPT : privately(control));
}

function privately(control: string | null): string {
  if (control === null) return PRIVATE;
  if (/^(private|no-store)$/i.test(control)) return control;
  // A quoted list of fields may hold commas, and caches differ about those: not worth the risk.
  if (control.includes('"')) return /no-store/i.test(control) ? "no-store" : PRIVATE;
  const kept = control.split(",").map((directive) => directive.trim())
    .filter((directive) => !/^((public|private|s-maxage)\s*(=.*)?)?$/i.test(directive));
  return ["private", ...kept].join(", ");
}
