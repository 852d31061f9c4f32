import { encodeBase64url, randomBytes } from "../seal/bytes.ts";

/**
 * A session id is 36 random bytes in base64url. A new id for the same session keeps the first 3 of
 * them, the tag: it puts old and new record onto the same machine of a Redis Cluster, so that one
 * can replace the other in one atomic step. The other 264 bits are fresh and are the secret.
 */
const SIZE = 36;
const FORMAT = /^[\w-]{48}$/;
/** Characters of the tag in an id, and in the key made of it. */
export const TAG_LENGTH = 4;

/** Whether a cookie's value can be a session id at all. */
export function isSessionId(value: string): boolean {
  return FORMAT.test(value);
}

/** Draws an id; with the tag of the older one, if the session had one. */
export function newSessionId(older: string | null): string {
  const id = encodeBase64url(randomBytes(SIZE));
  return older === null ? id : older.slice(0, TAG_LENGTH) + id.slice(TAG_LENGTH);
}

/**
 * Derives the key under which a backend keeps a session: the tag, and the SHA-256 of the id and the
 * cookie's name. Under another name the same id has another key, so it is unknown there.
 */
export async function keyOf(id: string, cookieName: string): Promise<string> {
  return id.slice(0, TAG_LENGTH) + await hashOf(JSON.stringify([cookieName, id]));
}

/** Returns the SHA-256 of a text, in base64url. */
export async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return encodeBase64url(new Uint8Array(hash));
}
