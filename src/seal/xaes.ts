import { type Bytes, encodeBase64url, randomBytes } from "./bytes.ts";
import { Cache } from "./cache.ts";

/** Bytes of an XAES-256-GCM nonce: a prefix that names the derived key, and AES-GCM's own nonce. */
export const NONCE_SIZE = 24;
/** Bytes by which a ciphertext is longer than its plaintext: AES-GCM's tag. */
export const TAG_SIZE = 16;
/** The number of messages that one nonce prefix serves. */
export const MESSAGES_PER_PREFIX = 65_536;
/** The most derived keys that are cached. */
export const DERIVED_KEYS = 1_024;

const PREFIX_SIZE = 12;
const BLOCK_SIZE = 16;

/**
 * XAES-256-GCM: AES-256-GCM under a key derived from the first half of a 192-bit nonce, which makes
 * nonces long enough to be drawn at random for any realistic number of messages.
 *
 * The derivation costs more than the encryption, so many nonces share one prefix, and derived keys
 * are cached: those of genuine messages alone, so made-up ones cannot push the others out.
 *
 * @see {@link https://c2sp.org/XAES-256-GCM}
 */
export class Xaes {
  readonly #cipher: CryptoKey;
  readonly #k1: Bytes;
  /** Derived keys by their prefix. */
  readonly #keys = new Cache<CryptoKey>(DERIVED_KEYS, DERIVED_KEYS);
  /** The prefix of our own nonces, the key derived from it, and how many messages may follow. */
  #prefix: Bytes = new Uint8Array();
  #key: Promise<CryptoKey> | undefined;
  #messagesLeft = 0;

  private constructor(cipher: CryptoKey, k1: Bytes) {
    this.#cipher = cipher;
    this.#k1 = k1;
  }

  /**
   * Imports a key.
   *
   * @param key 32 bytes.
   */
  static async import(key: Bytes): Promise<Xaes> {
    const cipher = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt"]);
    return new Xaes(cipher, doubled(await encryptBlock(cipher, new Uint8Array(BLOCK_SIZE))));
  }

  /**
   * Encrypts a message under a nonce that was never used.
   *
   * @param nonce Receives the 24 bytes of the nonce.
   * @param plaintext The message; it must stay as it is until the promise is settled.
   * @param aad Authenticated with the plaintext, but not part of the result.
   * @returns Ciphertext and tag.
   */
  async encrypt(nonce: Bytes, plaintext: Bytes, aad: Bytes): Promise<ArrayBuffer> {
    if (this.#messagesLeft === 0) {
      this.#prefix = randomBytes(PREFIX_SIZE);
      this.#messagesLeft = MESSAGES_PER_PREFIX;
      this.#key = undefined;
    }
    this.#messagesLeft--;
    nonce.set(this.#prefix);
    crypto.getRandomValues(nonce.subarray(PREFIX_SIZE));
    const deriving = this.#key ??= this.#derive(nonce).then((key) => this.#keep(nonce, key));
    try {
      return await crypto.subtle.encrypt(gcm(nonce, aad), await deriving, plaintext);
    } catch (error) {
      this.#messagesLeft = 0; // so that a key that could not be derived is not asked for again
      throw error;
    }
  }

  /**
   * Decrypts a message.
   *
   * @param nonce The nonce that the message was encrypted under.
   * @param ciphertext Ciphertext and tag.
   * @param aad The data that was authenticated with the plaintext.
   * @returns The plaintext, or null if any of the three is not as it was.
   */
  async decrypt(nonce: Bytes, ciphertext: Bytes, aad: Bytes): Promise<ArrayBuffer | null> {
    const known = this.#keys.get(prefixOf(nonce));
    const key = known ?? await this.#derive(nonce);
    try {
      const plaintext = await crypto.subtle.decrypt(gcm(nonce, aad), key, ciphertext);
      if (known === undefined) this.#keep(nonce, key);
      return plaintext;
    } catch {
      return null;
    }
  }

  #keep(nonce: Bytes, key: CryptoKey): CryptoKey {
    this.#keys.set(prefixOf(nonce), key, 1);
    return key;
  }

  /** Derives the key of AES-256-GCM: NIST SP 800-108r1 in counter mode over CMAC. */
  async #derive(nonce: Bytes): Promise<CryptoKey> {
    const half = (counter: number): Promise<Bytes> => {
      const block = Uint8Array.of(0, counter, 0x58, 0, ...nonce.subarray(0, PREFIX_SIZE));
      return encryptBlock(this.#cipher, block.map((byte, i) => byte ^ (this.#k1[i] ?? 0)));
    };
    const [first, second] = await Promise.all([half(1), half(2)]);
    const key = Uint8Array.of(...first, ...second);
    return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
  }
}

function prefixOf(nonce: Bytes): string {
  return encodeBase64url(nonce.subarray(0, PREFIX_SIZE));
}

function gcm(nonce: Bytes, additionalData: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv: nonce.subarray(PREFIX_SIZE), additionalData };
}

/** Encrypts with the bare block cipher, which WebCrypto lacks: the first block of CBC, zero IV. */
async function encryptBlock(cipher: CryptoKey, block: Bytes): Promise<Bytes> {
  const iv = new Uint8Array(BLOCK_SIZE);
  const blocks = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, cipher, block);
  return new Uint8Array(blocks, 0, BLOCK_SIZE);
}

/** Doubles a block in GF(2^128): CMAC's first subkey. */
function doubled(block: Bytes): Bytes {
  const carry = (block[0] ?? 0) >> 7;
  return block.map((byte, i) =>
    byte << 1 ^ (i + 1 < BLOCK_SIZE ? (block[i + 1] ?? 0) >> 7 : carry * 0x87)
  );
}
