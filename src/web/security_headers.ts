import { withHeaders } from "../session/headers.ts";

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
