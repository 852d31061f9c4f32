import {
  type Bytes,
  decodeLoosely,
  encodeBase64url,
  encodeUtf8,
  randomBytes,
  startsWith,
} from "./bytes.ts";
import { Xaes } from "./xaes.ts";

/** The fewest bytes of a secret. */
const MIN_SECRET_SIZE = 32;
/** The first byte of a token: the version of its format. */
export const VERSION = 1;

/** The key that is derived from one secret. */
export interface SealingKey {
  /** The first bytes of its tokens: the version, and the 4 bytes that name the key. */
  readonly header: Bytes;
  /** The key's name in hexadecimal, for logs. */
  readonly keyId: string;
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
 * import { generateSecret } from "@satchel/satchel";
 * import { Keyring } from "@satchel/satchel/seal";
 *
 * const old = generateSecret();
 * const keyring = new Keyring([generateSecret(), old]);
 * ```
 */
export class Keyring {
  readonly #secrets: readonly Bytes[];
  #keys: Promise<SealingKeys> | undefined;

  /**
   * Checks the secrets; no cryptography happens yet.
   *
   * @param secrets One or more, in base64url or base64, with padding or without, of at least
   * 32 random bytes each, as {@linkcode generateSecret} makes them.
   * @throws {RangeError} If there is none, or one is not base64, too short, or given twice. The
   * message names its place, never the secret.
   */
  constructor(secrets: readonly string[]) {
    if (secrets.length === 0) {
      throw new RangeError("Cannot make a keyring: at least 1 secret is needed");
    }
    const seen: string[] = [];
    this.#secrets = secrets.map((text, index) => {
      const secret = decodeSecret(text);
      const fault = faultOf(secret, text, seen);
      if (secret === null || fault !== null) {
        throw new RangeError(`Cannot use secret ${index + 1}: it ${fault}`);
      }
      seen.push(encodeBase64url(secret));
      return secret;
    });
  }

  /**
   * Returns the keys in the order of their secrets. They are derived at the first call, since some
   * runtimes refuse cryptography outside of a request.
   *
   * @internal
   */
  keys(): Promise<SealingKeys> {
    return this.#keys ??= this.#derive();
  }

  async #derive(): Promise<SealingKeys> {
    try {
      return await Promise.all(this.#secrets.map(deriveKey)) as unknown as SealingKeys;
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
  return encodeBase64url(randomBytes(MIN_SECRET_SIZE));
}

function faultOf(secret: Bytes | null, text: string, seen: readonly string[]): string | null {
  if (secret === null) return "is neither base64url nor base64";
  if (secret.length < MIN_SECRET_SIZE) {
    return `has ${secret.length} bytes, at least ${MIN_SECRET_SIZE} are needed`;
  }
  if (isMadeUp(secret, text)) return "is not random: make one with generateSecret()";
  const first = seen.indexOf(encodeBase64url(secret));
  return first === -1 ? null : `is the same as secret ${first + 1}`;
}

/**
 * Returns whether a secret plainly is not random: few bytes or steps between them, a repeated
 * pattern, readable text, or a phrase in small letters typed as base64. Of 32 random bytes, fewer
 * than 10 differ with a probability below 2^-100, a pattern of up to 16 repeats with 2^-124, all
 * are readable with 2^-45, and their base64 is such a phrase with 2^-50.
 */
function isMadeUp(secret: Bytes, text: string): boolean {
  const steps = secret.map((byte, index) => byte - (secret[index - 1] ?? byte));
  return new Set(secret).size < 10 || new Set(steps).size < 10 ||
    secret.some((_, i) => i > 0 && i <= 16 && startsWith(secret, secret.subarray(i))) ||
    secret.every((byte) => byte >= 0x20 && byte < 0x7f) || /^[a-z_-]+\d{0,8}=*$/.test(text);
}

function decodeSecret(text: string): Bytes | null {
  if (/\s/.test(text)) return null; // which would be skipped
  return decodeLoosely(text.replaceAll("+", "-").replaceAll("/", "_"));
}

async function deriveKey(secret: Bytes): Promise<SealingKey> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const id = await expand(key, "key id", 4);
  return {
    header: Uint8Array.of(VERSION, ...id),
    keyId: id.toHex(),
    xaes: await Xaes.import(await expand(key, "sealing key", 32)),
  };
}

/** Derives bytes by HKDF-SHA-256 without a salt (RFC 5869): the secret is random already. */
async function expand(key: CryptoKey, label: string, size: number): Promise<Bytes> {
  const info = encodeUtf8(`satchel v1 ${label}`);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, size * 8));
}
