import { timingSafeEqual } from "../crypto/timing_safe_equal.ts";
import type { Session } from "../session/session.ts";

/** The form field that carries the token. */
export const CSRF_FIELD = "csrf_token";
/** The header that carries the token, for scripts. */
export const CSRF_HEADER = "x-csrf-token";

const SECRET_BYTES = 32;

/**
 * The token that an unsafe request of this visitor has to bring along. It looks different at each
 * call, so that compression of the page tells nothing about it (BREACH); all of them are valid
 * until the session ends or {@linkcode renewCsrfToken} is called.
 *
 * @param session The visitor's session, which keeps the secret behind the tokens.
 * @returns 64 bytes in base64url: a random mask, and the secret under that mask.
 *
 * @example
 * ```ts
 * import { CookieStore, csrfToken, generateSecret, Sessions, verifyCsrfToken } from "@satchel/satchel";
 * import { assert, assertNotEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * assertNotEquals(csrfToken(session), csrfToken(session));
 * assert(verifyCsrfToken(session, csrfToken(session)));
 * ```
 */
export function csrfToken<Data extends object>(session: Session<Data>): string {
  const secret = decode(session.csrf ?? session.drawCsrf()) ?? new Uint8Array(SECRET_BYTES);
  const token = crypto.getRandomValues(new Uint8Array(2 * SECRET_BYTES));
  for (let index = 0; index < SECRET_BYTES; index++) {
    token[SECRET_BYTES + index] = (token[index] ?? 0) ^ (secret[index] ?? 0);
  }
  return token.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Whether a token that came with a request is this visitor's. Takes the same time wherever it
 * differs.
 *
 * @param session The visitor's session. One that never made a token accepts none: where
 * `session.csrf` is null, refuse the request before you read its body.
 * @param candidate What the form field or the header held.
 * @returns Whether it is right; anything that is not a token is wrong.
 */
export function verifyCsrfToken<Data extends object>(
  session: Session<Data>,
  candidate: string | null,
): boolean {
  const secret = decode(session.csrf ?? "");
  const token = decode(candidate ?? "");
  if (!secret || token?.length !== 2 * SECRET_BYTES) return false;
  const unmasked = token.subarray(SECRET_BYTES).map((byte, index) => byte ^ (token[index] ?? 0));
  return timingSafeEqual(unmasked, secret);
}

/**
 * Makes all tokens handed out so far invalid, as after a change of the visitor's rights.
 *
 * @param session The visitor's session.
 */
export function renewCsrfToken<Data extends object>(session: Session<Data>): void {
  session.drawCsrf();
}

function decode(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}
