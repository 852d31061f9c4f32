import { decodeBase64url, encodeBase64url, randomBytes } from "../seal/bytes.ts";
import { type Session, stateOf } from "../session/session.ts";
import { changeState, readState } from "../session/state.ts";
import { timingSafeEqual } from "./timing_safe_equal.ts";

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
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { csrfToken, verifyCsrfToken } from "@satchel/satchel/web";
 * import { assert, assertNotEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * assertNotEquals(csrfToken(session), csrfToken(session));
 * assert(verifyCsrfToken(session, csrfToken(session)));
 * ```
 */
export function csrfToken<Data extends object>(session: Session<Data>): string {
  const secret = decodeBase64url(secretOf(session) ?? drawSecret(session)) ??
    new Uint8Array(SECRET_BYTES);
  const token = randomBytes(2 * SECRET_BYTES);
  for (let index = 0; index < SECRET_BYTES; index++) {
    token[SECRET_BYTES + index] = (token[index] ?? 0) ^ (secret[index] ?? 0);
  }
  return encodeBase64url(token);
}

/**
 * Whether a token that came with a request is this visitor's. Takes the same time wherever it
 * differs.
 *
 * @param session The visitor's session. One that never made a token accepts none: where
 * {@linkcode hasCsrfToken} says no, refuse the request before you read its body.
 * @param candidate What the form field or the header held.
 * @returns Whether it is right; anything that is not a token is wrong.
 */
export function verifyCsrfToken<Data extends object>(
  session: Session<Data>,
  candidate: string | null,
): boolean {
  const secret = decodeBase64url(secretOf(session) ?? "");
  const token = decodeBase64url(candidate ?? "");
  if (secret?.length !== SECRET_BYTES || token?.length !== 2 * SECRET_BYTES) return false;
  const unmasked = token.subarray(SECRET_BYTES).map((byte, index) => byte ^ (token[index] ?? 0));
  return timingSafeEqual(unmasked, secret);
}

/**
 * Makes all tokens handed out so far invalid, as after a change of the visitor's rights.
 *
 * @param session The visitor's session.
 */
export function renewCsrfToken<Data extends object>(session: Session<Data>): void {
  drawSecret(session);
}

/**
 * Whether a session ever made a token: one that did not accepts none, so that a request can be
 * refused before its body is read.
 *
 * @param session The visitor's session.
 */
export function hasCsrfToken<Data extends object>(session: Session<Data>): boolean {
  return secretOf(session) !== null;
}

function secretOf<Data extends object>(session: Session<Data>): string | null {
  return readState(stateOf(session)).record.csrf;
}

/** Draws a new secret. Of parallel requests that draw the first one, one is kept. */
function drawSecret<Data extends object>(session: Session<Data>): string {
  const secret = encodeBase64url(randomBytes(SECRET_BYTES));
  const isFirst = secretOf(session) === null;
  changeState(stateOf(session), "csrf", undefined, (record) => {
    return { ...record, csrf: isFirst ? record.csrf ?? secret : secret };
  });
  return secret;
}
