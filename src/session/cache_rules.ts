import { withHeaders } from "../http/responses.ts";

const PRIVATE = "private, no-cache";

/** Some shared caches would heed one of these instead: RFC 9213, and what there was before it. */
const INSTEAD = /^(?:.+-cache|surrogate|edge)-control$|^x-accel-expires$/;

/**
 * Keeps a response that depends on a session out of every shared cache (RFC 9111, section 5.2.2.7),
 * whatever the view said; how long the visitor's own browser keeps it stays the view's choice.
 *
 * @param response The response of a request that read its session.
 * @returns The same response, or a copy where its headers were immutable.
 */
export function keepPrivate(response: Response): Response {
  return withHeaders(response, (headers) => {
    const vary = headers.get("vary");
    if (vary === null || !/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)) {
      headers.append("vary", "Cookie");
    }
    const control = headers.get("cache-control");
    if (control === null) headers.set("cache-control", PRIVATE);
    else if (!/^(private|no-store)$/i.test(control)) {
      headers.set("cache-control", privately(control));
    }
    for (const name of [...headers.keys()]) {
      if (INSTEAD.test(name)) headers.delete(name);
    }
  });
}

/** Quoted field lists contain commas, so directives are matched whole rather than split. */
const DIRECTIVE = /([\w-]+)(?:\s*=\s*("[^"]*"|[^\s,]+))?/g;

function privately(control: string): string {
  const kept = Array.from(control.matchAll(DIRECTIVE), ([text = "", name = ""]) => ({ text, name }))
    .filter(({ name }) => !/^(public|private|s-maxage)$/i.test(name))
    .map(({ text }) => text);
  return ["private", ...kept].join(", ");
}
