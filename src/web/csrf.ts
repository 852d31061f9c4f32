import { decodeBase64url, encodeBase64url, randomBytes } from "../seal/bytes.ts";
import type { Session } from "../session/session.ts";
import { changeState, readState, stateOf } from "../session/values.ts";
import { isForm } from "./form.ts";

/** The name of the form field that carries the token. */
export const CSRF_FIELD = "csrf_token";
/** The name of the header that carries the token, for scripts. */
export const CSRF_HEADER = "x-csrf-token";

const SECRET_BYTES = 32;

/**
 * Makes a token that an unsafe request of this visitor must carry. Each call gives another one, so that
 * the compressed size of a page tells nothing about it (BREACH). All of them are valid until the
 * session ends or {@linkcode renewCsrfToken} is called.
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
export function csrfToken<Data extends object, Message = string>(
  session: Session<Data, Message>,
): string {
  const secret = decodeBase64url(secretOf(session) ?? drawSecret(session)) ??
    new Uint8Array(SECRET_BYTES);
  const token = randomBytes(2 * SECRET_BYTES);
  for (let index = 0; index < SECRET_BYTES; index++) {
    token[SECRET_BYTES + index] = (token[index] ?? 0) ^ (secret[index] ?? 0);
  }
  return encodeBase64url(token);
}

/**
 * Verifies a token that came with a request, in constant time. The handler does it for routes with
 * `csrf`.
 *
 * @param session The visitor's session. It accepts no token before it has made one: if
 * {@linkcode hasCsrfToken} says no, refuse the request without reading its body.
 * @param candidate The value of the form field or of the header.
 * @returns Whether the token is this session's.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { CSRF_FIELD, csrfToken, readForm, verifyCsrfToken } from "@satchel/satchel/web";
 * import { assert } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * const body = new URLSearchParams({ [CSRF_FIELD]: csrfToken(session) });
 *
 * const form = await readForm(new Request("http://localhost/cart", { method: "POST", body }));
 * assert(verifyCsrfToken(session, String(form.get(CSRF_FIELD))));
 * ```
 */
export function verifyCsrfToken<Data extends object, Message = string>(
  session: Session<Data, Message>,
  candidate: string | null,
): boolean {
  const token = decodeBase64url(candidate ?? "");
  if (token?.length !== 2 * SECRET_BYTES) return false;
  const unmasked = token.subarray(SECRET_BYTES).map((byte, index) => byte ^ (token[index] ?? 0));
  return secretsOf(session).some((secret) => {
    const bytes = decodeBase64url(secret);
    return bytes?.length === SECRET_BYTES && timingSafeEqual(unmasked, bytes);
  });
}

/**
 * Invalidates all tokens that the session made so far. Call it when the visitor's rights change.
 *
 * @param session The visitor's session.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { csrfToken, renewCsrfToken, verifyCsrfToken } from "@satchel/satchel/web";
 * import { assertFalse } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * const before = csrfToken(session);
 * renewCsrfToken(session);
 * assertFalse(verifyCsrfToken(session, before));
 * ```
 */
export function renewCsrfToken<Data extends object, Message = string>(
  session: Session<Data, Message>,
): void {
  drawSecret(session);
}

/**
 * Tells whether the session has made a token. If not, no token can be valid, and a request can be
 * refused before its body is read.
 *
 * @param session The visitor's session.
 * @returns Whether there can be a valid token.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { csrfToken, hasCsrfToken } from "@satchel/satchel/web";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * assertFalse(hasCsrfToken(session));
 * csrfToken(session);
 * assert(hasCsrfToken(session));
 * ```
 */
export function hasCsrfToken<Data extends object, Message = string>(
  session: Session<Data, Message>,
): boolean {
  return secretsOf(session).length > 0;
}

/** Returns the secrets that verify: the session's own, and the one that a tombstone kept. */
function secretsOf<Data extends object, Message>(session: Session<Data, Message>): string[] {
  return [secretOf(session), stateOf(session).formerCsrf].filter((secret) => secret !== null);
}

/**
 * Returns whether a request carries the token of its session: in the header, else in its form, which
 * is read only where it may have one.
 *
 * @param request The request.
 * @param session The visitor's session.
 * @param form Reads the form of the request.
 */
export async function carriesCsrfToken<Data extends object, Message = string>(
  request: Request,
  session: Session<Data, Message>,
  form: () => Promise<FormData>,
): Promise<boolean> {
  if (!hasCsrfToken(session)) return false;
  const token = request.headers.get(CSRF_HEADER) ??
    (isForm(request) ? (await form()).get(CSRF_FIELD) : null);
  return typeof token === "string" && verifyCsrfToken(session, token);
}

function secretOf<Data extends object, Message>(session: Session<Data, Message>): string | null {
  return readState(stateOf(session)).record.csrf;
}

/** Draws a new secret. If parallel requests draw the first one, one of theirs is kept. */
function drawSecret<Data extends object, Message>(session: Session<Data, Message>): string {
  const secret = encodeBase64url(randomBytes(SECRET_BYTES));
  const isFirst = secretOf(session) === null;
  changeState(stateOf(session), "csrf", undefined, (record) => {
    return { ...record, csrf: isFirst ? record.csrf ?? secret : secret };
  });
  return secret;
}

/** Compares two byte strings in a time that depends on their lengths alone. */
function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= (one[i] ?? 0) ^ (other[i] ?? 0);
  return difference === 0;
}
