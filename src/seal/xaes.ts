import { type Bytes, encodeBase64url, randomBytes, startsWith } from "./bytes.ts";

/** Bytes of an XAES-256-GCM nonce: a prefix that names the derived key, and AES-GCM's own nonce. */
export const NONCE_SIZE = 24;
/** Bytes by which a ciphertext is longer than its plaintext: AES-GCM's tag. */
export const TAG_SIZE = 16;
/** How many messages one nonce prefix serves before {@linkcode Xaes.fillNonce} draws another. */
export const MESSAGES_PER_PREFIX = 65_536;
/** How many derived keys are remembered. */
export const DERIVED_KEYS = 1_024;

const PREFIX_SIZE = 12;
const KEY_SIZE = 32;
const BLOCK_SIZE = 16;

/**
 * XAES-256-GCM: AES-256-GCM under a key derived from the first half of a 192-bit nonce, which makes
 * nonces long enough to be drawn at random for any realistic number of messages.
 *
 * The derivation costs more than the encryption, so derived keys are kept (the least recently used
 * goes first) and {@linkcode Xaes.fillNonce} gives many nonces one prefix. Only prefixes of our own
 * and of genuine messages are kept: made-up ones cannot push the others out.
 *
 * @see {@link https://c2sp.org/XAES-256-GCM}
 */
export class Xaes {
  readonly #cipher: CryptoKey;
  readonly #k1: Bytes;
  readonly #keys = new Map<string, CryptoKey>();
  /** The prefix of our own nonces, how many are left of it, and its key once that is derived. */
  #prefix: Bytes | undefined;
  #left = 0;
  #key: CryptoKey | undefined;

  private constructor(cipher: CryptoKey, k1: Bytes) {
    this.#cipher = cipher;
    this.#k1 = k1;
  }

  /**
   * @param key 32 bytes
   * @throws {RangeError} If the key has another length
   */
  static async import(key: Bytes): Promise<Xaes> {
    if (key.length !== KEY_SIZE) {
      throw new RangeError(`Cannot import the key: it has ${key.length} bytes, 32 are needed`);
    }
    const cipher = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt"]);
    return new Xaes(cipher, doubled(await encryptBlock(cipher, new Uint8Array(BLOCK_SIZE))));
  }

  /**
   * Writes a nonce that was never used: random bytes, of which the first 12 stay the same for
   * {@linkcode MESSAGES_PER_PREFIX} calls.
   *
   * @param nonce Where to write its 24 bytes
   */
  fillNonce(nonce: Bytes): void {
    if (this.#prefix === undefined || this.#left === 0) {
      this.#prefix = randomBytes(PREFIX_SIZE);
      this.#left = MESSAGES_PER_PREFIX;
      this.#key = undefined;
    }
    this.#left--;
    nonce.set(this.#prefix);
    crypto.getRandomValues(nonce.subarray(PREFIX_SIZE));
  }

  /**
   * @param nonce 24 bytes, never used with this key before
   * @param plaintext Must stay as it is until the promise is settled
   * @param aad Authenticated with the plaintext, but not part of the result
   * @returns Ciphertext and tag
   */
  encrypt(nonce: Bytes, plaintext: Bytes, aad: Bytes): Promise<ArrayBuffer> {
    const key = this.#recall(nonce);
    if (key !== undefined) return encryptUnder(key, nonce, plaintext, aad);
    return this.#derive(nonce).then((key) => {
      this.#remember(nonce, key);
      return encryptUnder(key, nonce, plaintext, aad);
    });
  }

  /**
   * @param nonce The 24 bytes the message was encrypted under
   * @param ciphertext Ciphertext and tag
   * @param aad What was authenticated with the plaintext
   * @returns The plaintext, or null if any of the three is not what it was
   */
  async decrypt(nonce: Bytes, ciphertext: Bytes, aad: Bytes): Promise<ArrayBuffer | null> {
    const known = this.#recall(nonce);
    const key = known ?? await this.#derive(nonce);
    try {
      const plaintext = await crypto.subtle.decrypt(parameters(nonce, aad), key, ciphertext);
      if (known === undefined) this.#remember(nonce, key);
      return plaintext;
    } catch {
      return null;
    }
  }

  /** The key of AES-256-GCM for a nonce: NIST SP 800-108r1 in counter mode over CMAC. */
  async #derive(nonce: Bytes): Promise<CryptoKey> {
    const blocks = [1, 2].map((counter) => {
      const block = Uint8Array.of(0, counter, 0x58, 0, ...nonce.subarray(0, PREFIX_SIZE));
      return encryptBlock(this.#cipher, block.map((byte, i) => byte ^ (this.#k1[i] ?? 0)));
    });
    const key = Uint8Array.from((await Promise.all(blocks)).flatMap((block) => [...block]));
    return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  #recall(nonce: Bytes): CryptoKey | undefined {
    if (this.#key !== undefined && this.#isOwn(nonce)) return this.#key;
    const key = this.#keys.get(prefixOf(nonce));
    if (key !== undefined) this.#remember(nonce, key);
    return key;
  }

  /** Marks the key as most recently used. */
  #remember(nonce: Bytes, key: CryptoKey): void {
    if (this.#isOwn(nonce)) this.#key = key;
    const prefix = prefixOf(nonce);
    this.#keys.delete(prefix);
    this.#keys.set(prefix, key);
    if (this.#keys.size > DERIVED_KEYS) {
      for (const oldest of this.#keys.keys()) return void this.#keys.delete(oldest);
    }
  }

  #isOwn(nonce: Bytes): boolean {
    return this.#prefix !== undefined && startsWith(nonce, this.#prefix);
  }
}

function prefixOf(nonce: Bytes): string {
  return encodeBase64url(nonce.subarray(0, PREFIX_SIZE));
}

function encryptUnder(
  key: CryptoKey,
  nonce: Bytes,
  plaintext: Bytes,
  aad: Bytes,
): Promise<ArrayBuffer> {
  return crypto.subtle.encrypt(parameters(nonce, aad), key, plaintext);
}

function parameters(nonce: Bytes, additionalData: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv: nonce.subarray(PREFIX_SIZE), additionalData };
}

/** The bare block cipher, which WebCrypto does not offer: the first block of CBC from a zero IV. */
async function encryptBlock(cipher: CryptoKey, block: Bytes): Promise<Bytes> {
  const iv = new Uint8Array(BLOCK_SIZE);
  const blocks = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, cipher, block);
  return new Uint8Array(blocks, 0, BLOCK_SIZE);
}

/** CMAC's first subkey: twice the block in GF(2^128). */
function doubled(block: Bytes): Bytes {
  const carry = (block[0] ?? 0) >> 7;
  return block.map((byte, i) =>
    byte << 1 ^ (i + 1 < BLOCK_SIZE ? (block[i + 1] ?? 0) >> 7 : carry * 0x87)
  );
}
