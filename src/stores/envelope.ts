import { type Bytes, decodeBase64url, encodeBase64url, randomBytes } from "../seal/bytes.ts";

const NONCE_SIZE = 12;
const CIPHERTEXT_AT = 1 + NONCE_SIZE;
/** Bytes that sealing adds to a text: version, nonce and the tag of 16. */
export const SEAL_OVERHEAD = CIPHERTEXT_AT + 16;

/** The first byte of a sealed tombstone. */
export const TOMBSTONE_KIND = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Seals the values of a backend under keys that are not kept there: each comes from the visitor's own
 * id. So a copy of the database cannot be read without the visitors' cookies.
 *
 *     sealed = base64url( kind ‖ nonce (12) ‖ ciphertext ‖ tag (16) )
 *
 * The kind is 0x01, and 0x02 for tombstones, so that they can be told apart without a key.
 *
 * AES-256-GCM under HKDF-SHA-256 of the source, with the purpose as info and additional data. Each
 * source has a key of its own, which seals far less often than the 2^32 times that random nonces of
 * 12 bytes allow.
 */
export class RecordSeal {
  readonly #key: CryptoKey;
  readonly #purpose: Bytes;
  readonly #kind: number;

  /**
   * Derives the key.
   *
   * @param source The text that one has to know to open the seals.
   * @param purpose A seal for one purpose is a forgery for any other.
   * @param kind The first byte of the sealed texts.
   */
  static async from(source: string, purpose: string, kind = 1): Promise<RecordSeal> {
    const info = encoder.encode(purpose);
    const raw = encoder.encode(source);
    const base = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const aes = { name: "AES-GCM", length: 256 };
    const key = await crypto.subtle.deriveKey(hkdf, base, aes, false, ["encrypt", "decrypt"]);
    return new RecordSeal(key, info, kind);
  }

  private constructor(key: CryptoKey, purpose: Bytes, kind: number) {
    this.#key = key;
    this.#purpose = purpose;
    this.#kind = kind;
  }

  /** Seals a text. */
  async seal(text: string): Promise<string> {
    const iv = randomBytes(NONCE_SIZE);
    const algorithm = { name: "AES-GCM", iv, additionalData: this.#purpose };
    const plaintext = encoder.encode(text);
    const ciphertext = await crypto.subtle.encrypt(algorithm, this.#key, plaintext);
    const bytes = new Uint8Array(CIPHERTEXT_AT + ciphertext.byteLength);
    bytes[0] = this.#kind;
    bytes.set(iv, 1);
    bytes.set(new Uint8Array(ciphertext), CIPHERTEXT_AT);
    return encodeBase64url(bytes);
  }

  /** Opens a sealed text; null if anything is wrong with it. */
  async open(sealed: string): Promise<string | null> {
    const bytes = decodeBase64url(sealed);
    if (bytes?.[0] !== this.#kind) return null;
    const iv = bytes.subarray(1, CIPHERTEXT_AT);
    const algorithm = { name: "AES-GCM", iv, additionalData: this.#purpose };
    const ciphertext = bytes.subarray(CIPHERTEXT_AT);
    try {
      return decoder.decode(await crypto.subtle.decrypt(algorithm, this.#key, ciphertext));
    } catch {
      return null;
    }
  }
}

/** Returns whether a sealed text is a tombstone; no key is needed for that. */
export function isTombstone(sealed: string): boolean {
  return decodeBase64url(sealed.slice(0, 4))?.[0] === TOMBSTONE_KIND;
}
