import { withHeaders } from "../http/responses.ts";
import { dropTargetedCaching } from "../http/targeted_caching.ts";

const PRIVATE = "private, no-cache";
/** For a page that shows a flash message or a refused form: the back button must not bring it up again. */
const ONCE = "private, no-store";

/**
 * Keeps a response that depends on a session out of every shared cache (RFC 9111, section 5.2.2.7),
 * whatever the view said; how long the visitor's own browser keeps it stays the view's choice.
 *
 * @param response The response of a request that read its session.
 * @param once Whether it shows what is shown only once. Default: false.
 * @returns The same response, or a copy where it has no body or its headers are immutable.
 */
export function keepPrivate(response: Response, once = false): Response {
  return withHeaders(response, (headers) => {
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
  });
}

function privately(control: string): string {
  // A quoted list of fields may hold commas, and caches differ about those: not worth the risk.
  if (control.includes('"')) return /no-store/i.test(control) ? "no-store" : PRIVATE;
  const kept = control.split(",").map((directive) => directive.trim())
    .filter((directive) => !/^((public|private|s-maxage)\s*(=.*)?)?$/i.test(directive));
  return ["private", ...kept].join(", ");
}
