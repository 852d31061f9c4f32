/**
 * Changes the headers of a response. An answer without a body may be a constant of the application,
 * which other visitors get as well, so it is copied; an answer with a body serves only once. One
 * that cannot be copied (status 101, a network error) is returned as it is.
 *
 * @param response The response; do not use it afterwards.
 * @param change Receives the headers to change. It may be called once more for a copy.
 * @returns The response with the changed headers.
 */
export function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  if (response.body !== null || response.status < 200) {
    try {
      change(response.headers);
      return response;
    } catch (error) {
      // TypeError is what immutable headers throw; a bad value throws it again from the copy.
      if (!(error instanceof TypeError)) throw error;
    }
    if (response.status < 200) return response;
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
/** For a page that shows a flash message: the back button must not bring it up again. */
const ONCE = "private, no-store";

/**
 * Keeps a response that depends on a session out of every shared cache (RFC 9111, section 5.2.2.7),
 * whatever the view said; how long the visitor's own browser keeps it stays the view's choice.
 *
 * @param headers The headers of the response.
 * @param once Whether it shows what is shown only once.
 */
export function setPrivate(headers: Headers, once: boolean): void {
  dropTargetedCaching(headers);
  const vary = headers.get("vary");
  if (vary === null || !/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)) {
    headers.append("vary", "Cookie");
  }
  const control = headers.get("cache-control");
  if (control === null) headers.set("cache-control", once ? ONCE : PRIVATE);
  else if (!/^(private|no-store)$/i.test(control)) {
    headers.set("cache-control", privately(control));
  }
}

function privately(control: string): string {
  // A quoted list of fields may hold commas, and caches differ about those: not worth the risk.
  if (control.includes('"')) return /no-store/i.test(control) ? "no-store" : PRIVATE;
  const kept = control.split(",").map((directive) => directive.trim())
    .filter((directive) => !/^((public|private|s-maxage)\s*(=.*)?)?$/i.test(directive));
  return ["private", ...kept].join(", ");
}
