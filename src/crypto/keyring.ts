import type { Bytes } from "./bytes.ts";
import { Xaes } from "./xaes.ts";

/** Bytes a secret must have. */
export const MIN_SECRET_SIZE = 32;

const SEALING_KEY_LABEL = "satchel v1 sealing key";
const KEY_ID_LABEL = "satchel v1 key id";
const KEY_SIZE = 32;
const KEY_ID_SIZE = 4;

/** What one secret seals with. */
export interface SealingKey {
  /** The 4 bytes that name the key in a token. */
  readonly id: Bytes;
  /** The same in hexadecimal, for logs. */
  readonly idText: string;
  readonly xaes: Xaes;
}

/** The keys of a {@linkcode Keyring}: the one that seals, then older ones. */
export type SealingKeys = readonly [SealingKey, ...SealingKey[]];

/**
 * The secrets of an application, the newest first: that one seals, all of them unseal. To rotate,
 * put a new secret in front, and drop the last one when nothing sealed with it is worth keeping.
 *
 * @example Rotating secrets
 * ```ts
 * import { generateSecret, Keyring } from "@satchel/satchel";
 *
 * const old = generateSecret();
 * const keyring = new Keyring([generateSecret(), old]);
 * ```
 */
export class Keyring {
  readonly #secrets: readonly [Bytes, ...Bytes[]];
  #keys: SealingKeys | Promise<SealingKeys> | undefined;

  /**
   * Checks the secrets; no cryptography happens yet.
   *
   * @param secrets One or more, in base64url or base64, with padding or without, of at least
   * 32 random bytes each, as {@linkcode generateSecret} makes them
   * @throws {RangeError} If there is none, or one is not base64, too short, plainly not random, or
   * given twice. The message tells its place, never the secret
   */
  constructor(secrets: readonly string[]) {
    const [newest, ...older] = secrets.map(decodeSecret);
    if (newest === undefined) {
      throw new RangeError("Cannot make a keyring: it has 0 secrets, at least 1 is needed");
    }
    this.#secrets = [newest, ...older];
    const texts = this.#secrets.map((secret) => secret.toBase64());
    for (const [i, text] of texts.entries()) {
      const first = texts.indexOf(text);
      if (first < i) {
        throw new RangeError(`Cannot use secret ${i + 1}: it is the same as secret ${first + 1}`);
      }
    }
  }

  /**
   * The keys in the order of their secrets: a promise until they are first derived, which waits
   * for the first call because some runtimes refuse cryptography outside of a request.
   *
   * @internal
   */
  keys(): SealingKeys | Promise<SealingKeys> {
    return this.#keys ??= this.#derive();
  }

  async #derive(): Promise<SealingKeys> {
    const [newest, ...older] = this.#secrets;
    try {
      return this.#keys = await Promise.all([deriveKey(newest), ...older.map(deriveKey)]);
    } catch (error) {
      this.#keys = undefined; // a failure must not outlive its cause
      throw error;
    }
  }
}

/**
 * Makes a secret for a {@linkcode Keyring}: 32 random bytes in base64url.
 *
 * @example Usage
 * ```ts
 * import { generateSecret } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(generateSecret().length, 43);
 * ```
 */
export function generateSecret(): string {
  const secret = crypto.getRandomValues(new Uint8Array(MIN_SECRET_SIZE));
  return secret.toBase64({ alphabet: "base64url", omitPadding: true });
}

function decodeSecret(text: string, index: number): Bytes {
  const cannot = `Cannot use secret ${index + 1}: it`;
  const secret = decodeBase64(text);
  if (secret === null) throw new RangeError(`${cannot} is neither base64url nor base64`);
  if (secret.length < MIN_SECRET_SIZE) {
    throw new RangeError(
      `${cannot} has ${secret.length} bytes, at least ${MIN_SECRET_SIZE} are needed`,
    );
  }
  if (isMadeUp(secret, text)) {
    throw new RangeError(`${cannot} is not random: make one with generateSecret()`);
  }
  return secret;
}

/**
 * Whether a secret plainly is not random: few bytes or steps between them, a repeated pattern,
 * readable text, or a phrase in small letters typed as base64. Of 32 random bytes, fewer than 10
 * differ with a probability below 2^-100, a pattern of up to 16 repeats with 2^-124, all are readable
 * with 2^-45, and their base64 is such a phrase with 2^-50.
 */
function isMadeUp(secret: Bytes, text: string): boolean {
  const isFew = (bytes: Bytes): boolean => new Set(bytes).size < 10;
  const repeats = (period: number): boolean =>
    secret.every((byte, index) => index < period || byte === secret[index - period]);
  return isFew(secret) || isFew(secret.map((byte, index) => byte - (secret[index - 1] ?? byte))) ||
    Array.from({ length: 16 }, (_, index) => index + 1).some(repeats) ||
    secret.every((byte) => byte >= 0x20 && byte < 0x7f) || /^[a-z_-]+\d{0,8}=*$/.test(text);
}

function decodeBase64(text: string): Bytes | null {
  if (/\s/.test(text)) return null; // which fromBase64 would skip
  try {
    return Uint8Array.fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
}

async function deriveKey(secret: Bytes): Promise<SealingKey> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const [sealing, id] = await Promise.all([
    expand(key, SEALING_KEY_LABEL, KEY_SIZE),
    expand(key, KEY_ID_LABEL, KEY_ID_SIZE),
  ]);
  return { id, idText: id.toHex(), xaes: await Xaes.import(sealing) };
}

/** HKDF-SHA-256 with no salt (RFC 5869): the secret is random already. */
async function expand(key: CryptoKey, label: string, size: number): Promise<Bytes> {
  const info = new TextEncoder().encode(label);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, size * 8));
}
