/** Bytes that WebCrypto takes: never over shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Writes bytes in base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Bytes): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads what {@linkcode encodeBase64url} can have written; null for anything else. */
export function decodeBase64url(text: string): Bytes | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return encodeBase64url(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** Draws random bytes. */
export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** Whether bytes begin with others. For public bytes only: the time tells how many agree. */
export function startsWith(bytes: Bytes, start: Bytes): boolean {
  for (let index = 0; index < start.length; index++) {
    if (bytes[index] !== start[index]) return false;
  }
  return true;
}
