/** Bytes that WebCrypto takes: never over shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Writes a text in UTF-8. */
export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Writes bytes in base64url without padding (RFC 4648, section 5). */
export function encodeBase64url(bytes: Bytes): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads base64url with any padding, white space or unused bits; null for anything else. */
export function decodeLoosely(text: string): Bytes | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}

/** Reads what {@linkcode encodeBase64url} can have written; null for anything else. */
export function decodeBase64url(text: string): Bytes | null {
  const bytes = decodeLoosely(text);
  return bytes !== null && encodeBase64url(bytes) === text ? bytes : null;
}

/** Draws random bytes. */
export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** Returns whether bytes begin with others. For public bytes: the time tells how many agree. */
export function startsWith(bytes: Bytes, start: Bytes): boolean {
  return start.every((byte, index) => byte === bytes[index]);
}
