import { withHeaders } from "../session/headers.ts";

/**
 * The headers every response gets, unless it brings its own. Strict: an application that needs
 * more (a script, a font) sets its own `Content-Security-Policy` on the responses that need it.
 */
export const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    "content-security-policy",
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'", // scripts: none, by default-src
  ],
  ["x-content-type-options", "nosniff"],
  // Not "no-referrer": with it browsers send `Origin: null` even from the site's own forms, and
  // the origin guard could not tell them from a stranger's (Fetch standard, section 3.2).
  ["referrer-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
];

/**
 * Puts {@linkcode SECURITY_HEADERS} on a response, except those it has set itself.
 *
 * @param response The response; do not use it afterwards if it has a body.
 * @returns The same response, or a copy where it has no body or its headers are immutable.
 */
export function withSecurityHeaders(response: Response): Response {
  return withHeaders(response, addMissing);
}

function addMissing(headers: Headers): void {
  for (const [name, value] of SECURITY_HEADERS) {
    if (!headers.has(name)) headers.append(name, value);
  }
}
