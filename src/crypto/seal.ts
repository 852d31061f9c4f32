import type { Keyring, SealingKeys } from "./keyring.ts";
import { UnsealCache } from "./unseal_cache.ts";
import { type Bytes, NONCE_SIZE, TAG_SIZE, type Xaes } from "./xaes.ts";

/** The first byte of a token: the version of its format. */
const VERSION = 1;
/** Bytes before the nonce: the version and the key id. */
const HEADER_SIZE = 5;
const CIPHERTEXT_AT = HEADER_SIZE + NONCE_SIZE;
const MIN_TOKEN_SIZE = CIPHERTEXT_AT + TAG_SIZE;
/** Characters of the longest token: what is longer is not even decoded. */
export const MAX_TOKEN_LENGTH = 131_072;
const MAX_TOKEN_SIZE = MAX_TOKEN_LENGTH / 4 * 3;
const MAX_TEXT_SIZE = MAX_TOKEN_SIZE - MIN_TOKEN_SIZE;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Every seal's workbench, since allocating costs more than copying: never used across an await. */
const scratch = new Uint8Array(MAX_TOKEN_SIZE);

/** Why a token was refused: for the log, never for the visitor. */
export type UnsealFailure = "malformed" | "unknown key" | "forged";

/** What became of a token. */
export type Unsealed =
  /** The text, the key that sealed it, and whether that is the one that seals now. */
  | { readonly text: string; readonly keyId: string; readonly newest: boolean }
  | { readonly text: null; readonly reason: UnsealFailure };

/** What every token of the newest key has in common. */
interface Sealing {
  readonly keyId: string;
  readonly xaes: Xaes;
  readonly header: Bytes;
  readonly aad: Bytes;
}

/** Bounds of the cache of a {@linkcode Sealer}. */
export interface SealerOptions {
  /** How many tokens are remembered with their text. Default: 10,000; 0: none. */
  cacheEntries?: number;
  /** How many characters of tokens and texts are remembered. Default: 16,777,216; 0: none. */
  cacheBytes?: number;
}

/**
 * Seals texts into tokens that nobody else can read, change, or use for another purpose.
 *
 *     token = base64url( 0x01 ‖ key id (4) ‖ nonce (24) ‖ ciphertext ‖ tag (16) )
 *
 * It is XAES-256-GCM with the version, the key id and the purpose as additional data. What was
 * sealed or unsealed lately is remembered, so that a token which comes back costs no cryptography.
 *
 * @example Usage
 * ```ts
 * import { generateSecret, Keyring, Sealer } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const sealer = new Sealer(new Keyring([generateSecret()]), "greeting");
 * const token = await sealer.seal("Hello");
 * assertEquals((await sealer.unseal(token)).text, "Hello");
 * assertEquals(await sealer.unseal("Hello"), { text: null, reason: "malformed" });
 * ```
 */
export class Sealer {
  readonly #keyring: Keyring;
  readonly #purpose: Bytes;
  readonly #cache: UnsealCache<Unsealed>;
  #sealing: Sealing | undefined;

  /**
   * Does no cryptography yet.
   *
   * @param keyring Its newest secret seals, all of them unseal
   * @param purpose Tokens of another purpose are forgeries here
   */
  constructor(keyring: Keyring, purpose: string, options: SealerOptions = {}) {
    const { cacheEntries = 10_000, cacheBytes = 16_777_216 } = options;
    this.#keyring = keyring;
    this.#purpose = encoder.encode(purpose);
    this.#cache = new UnsealCache(cacheEntries, cacheBytes);
  }

  /**
   * Makes a token that looks different every time.
   *
   * @param text What to seal
   * @returns A token in base64url
   * @throws {RangeError} If the text has more than 98,259 bytes
   */
  seal(text: string): Promise<string> {
    return this.#sealing === undefined
      ? this.#prepare().then((sealing) => this.#sealWith(sealing, text))
      : this.#sealWith(this.#sealing, text);
  }

  /**
   * Never throws, whatever the token is.
   *
   * @param token What the visitor sent
   * @returns The text it was sealed from, or null with the reason: at once if the token is
   * remembered or malformed, else a promise
   */
  unseal(token: string): Unsealed | Promise<Unsealed> {
    return this.#cache.get(token) ?? this.#open(token);
  }

  #sealWith(sealing: Sealing, text: string): Promise<string> {
    const { read, written } = encoder.encodeInto(text, scratch.subarray(0, MAX_TEXT_SIZE));
    if (read < text.length) return Promise.reject(tooLong(text));
    const head = new Uint8Array(CIPHERTEXT_AT);
    head.set(sealing.header);
    const nonce = head.subarray(HEADER_SIZE);
    sealing.xaes.fillNonce(nonce);
    const plaintext = scratch.subarray(0, written);
    return sealing.xaes.encrypt(nonce, plaintext, sealing.aad).then((ciphertext) => {
      scratch.set(head);
      scratch.set(new Uint8Array(ciphertext), CIPHERTEXT_AT);
      const token = toBase64url(scratch.subarray(0, CIPHERTEXT_AT + ciphertext.byteLength));
      this.#remember(token, text.toWellFormed(), sealing.keyId, true);
      return token;
    });
  }

  #open(given: string): Unsealed | Promise<Unsealed> {
    const bytes = given.length > MAX_TOKEN_LENGTH ? null : fromBase64url(given);
    if (bytes === null || bytes.length < MIN_TOKEN_SIZE || bytes[0] !== VERSION) {
      return { text: null, reason: "malformed" };
    }
    const keys = this.#keyring.keys();
    return keys instanceof Promise
      ? keys.then((keys) => this.#openWith(keys, bytes))
      : this.#openWith(keys, bytes);
  }

  async #openWith(keys: SealingKeys, bytes: Bytes): Promise<Unsealed> {
    const header = bytes.subarray(0, HEADER_SIZE);
    const keyId = header.subarray(1).toHex();
    let reason: UnsealFailure = "unknown key";
    for (const key of keys) {
      if (key.idText !== keyId) continue; // two secrets may share an id: then both are tried
      const plaintext = await key.xaes.decrypt(
        bytes.subarray(HEADER_SIZE, CIPHERTEXT_AT),
        bytes.subarray(CIPHERTEXT_AT),
        concat(header, this.#purpose),
      );
      if (plaintext !== null) {
        const text = decoder.decode(plaintext);
        return this.#remember(toBase64url(bytes), text, keyId, key === keys[0]);
      }
      reason = "forged";
    }
    return { text: null, reason };
  }

  #remember(token: string, text: string, keyId: string, newest: boolean): Unsealed {
    const unsealed = { text, keyId, newest };
    this.#cache.set(token, unsealed, token.length + text.length);
    return unsealed;
  }

  async #prepare(): Promise<Sealing> {
    const [{ id, idText: keyId, xaes }] = await this.#keyring.keys();
    const header = concat(Uint8Array.of(VERSION), id);
    return this.#sealing = { keyId, xaes, header, aad: concat(header, this.#purpose) };
  }
}

/**
 * How long a token gets.
 *
 * @param size Bytes of the text that is to be sealed.
 * @returns Characters of the token.
 */
export function tokenLength(size: number): number {
  return Math.ceil((MIN_TOKEN_SIZE + size) * 4 / 3);
}

function tooLong(text: string): RangeError {
  const size = encoder.encode(text).length;
  const limit = `at most ${MAX_TEXT_SIZE} are possible`;
  return new RangeError(`Cannot seal the text: it has ${size} bytes, ${limit}`);
}

function concat(a: Bytes, b: Bytes): Bytes {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function toBase64url(bytes: Bytes): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Decodes what {@linkcode toBase64url} can have written, and nothing else. */
function fromBase64url(text: string): Bytes | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return toBase64url(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}
