import { type Bytes, decodeBase64url, encodeBase64url, encodeUtf8, startsWith } from "./bytes.ts";
import { type Keyring, type SealingKey, VERSION } from "./keyring.ts";
import { NONCE_SIZE, TAG_SIZE } from "./xaes.ts";

/** Bytes before the nonce: the version and the key id. */
const HEADER_SIZE = 5;
const CIPHERTEXT_AT = HEADER_SIZE + NONCE_SIZE;
const MIN_TOKEN_SIZE = CIPHERTEXT_AT + TAG_SIZE;
/** Characters of the longest token: what is longer is not even decoded. */
export const MAX_TOKEN_LENGTH = 131_072;
const MAX_TOKEN_SIZE = MAX_TOKEN_LENGTH / 4 * 3;
const MAX_TEXT_SIZE = MAX_TOKEN_SIZE - MIN_TOKEN_SIZE;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Why a token was refused: for the log, never for the visitor. */
export type UnsealFailure = "malformed" | "unknown key" | "forged";

/** The result of unsealing a token. */
export type Unsealed =
  /** The text, the key that sealed it, and whether that is the one that seals now. */
  | { readonly text: string; readonly keyId: string; readonly newest: boolean }
  | { readonly text: null; readonly reason: UnsealFailure };

/** A key for one purpose. */
interface PurposeKey extends SealingKey {
  /** Authenticated with every text: version, key id and purpose. */
  readonly aad: Bytes;
}

/**
 * Seals texts into tokens that nobody else can read, change, or use for another purpose.
 *
 *     token = base64url( 0x01 ‖ key id (4) ‖ nonce (24) ‖ ciphertext ‖ tag (16) )
 *
 * It is XAES-256-GCM with the version, the key id and the purpose as additional data.
 *
 * @example Usage
 * ```ts
 * import { generateSecret } from "@satchel/satchel";
 * import { Keyring, Sealer } from "@satchel/satchel/seal";
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
  readonly #purpose: string;
  /** The newest key, then older ones; derived when they are first needed. */
  #keys: readonly [PurposeKey, ...PurposeKey[]] | undefined;

  /**
   * Does no cryptography yet.
   *
   * @param keyring The keys: the newest one seals, all of them unseal.
   * @param purpose Tokens of another purpose are forgeries here.
   */
  constructor(keyring: Keyring, purpose: string) {
    this.#keyring = keyring;
    this.#purpose = purpose;
  }

  /**
   * The key that seals, by its name in tokens; empty before anything was sealed or unsealed.
   *
   * @internal
   */
  get keyId(): string {
    return this.#keys?.[0].keyId ?? "";
  }

  /**
   * Seals a text into a token, which looks different every time.
   *
   * @param text The text.
   * @returns A token in base64url.
   * @throws {RangeError} If the text has more than 98,259 bytes.
   */
  async seal(text: string): Promise<string> {
    const plaintext = encodeUtf8(text);
    if (plaintext.length > MAX_TEXT_SIZE) {
      throw new RangeError(
        `Cannot seal the text: it has ${plaintext.length} bytes, ` +
          `at most ${MAX_TEXT_SIZE} are allowed`,
      );
    }
    const [{ xaes, header, aad }] = this.#keys ?? await this.#prepare();
    const bytes = new Uint8Array(MIN_TOKEN_SIZE + plaintext.length);
    bytes.set(header);
    const nonce = bytes.subarray(HEADER_SIZE, CIPHERTEXT_AT);
    const ciphertext = await xaes.encrypt(nonce, plaintext, aad);
    bytes.set(new Uint8Array(ciphertext), CIPHERTEXT_AT);
    return encodeBase64url(bytes);
  }

  /**
   * Unseals a token. It never throws, whatever the token is.
   *
   * @param token The token that the visitor sent.
   * @returns The text that was sealed, or null with the reason: synchronously if the token is
   * malformed, else a promise.
   */
  unseal(token: string): Unsealed | Promise<Unsealed> {
    const bytes = token.length > MAX_TOKEN_LENGTH ? null : decodeBase64url(token);
    return bytes === null || bytes.length < MIN_TOKEN_SIZE || bytes[0] !== VERSION
      ? { text: null, reason: "malformed" }
      : this.#decrypt(bytes);
  }

  async #decrypt(bytes: Bytes): Promise<Unsealed> {
    const keys = this.#keys ?? await this.#prepare();
    let reason: UnsealFailure = "unknown key";
    for (const { xaes, header, aad, keyId } of keys) {
      if (!startsWith(bytes, header)) continue; // two secrets may share an id: then both are tried
      const nonce = bytes.subarray(HEADER_SIZE, CIPHERTEXT_AT);
      const plaintext = await xaes.decrypt(nonce, bytes.subarray(CIPHERTEXT_AT), aad);
      if (plaintext !== null) {
        return { text: decoder.decode(plaintext), keyId, newest: header === keys[0].header };
      }
      reason = "forged";
    }
    return { text: null, reason };
  }

  async #prepare(): Promise<readonly [PurposeKey, ...PurposeKey[]]> {
    const purpose = encodeUtf8(this.#purpose);
    const forPurpose = (key: SealingKey): PurposeKey => {
      return { ...key, aad: Uint8Array.of(...key.header, ...purpose) };
    };
    const [newest, ...older] = await this.#keyring.keys();
    return this.#keys = [forPurpose(newest), ...older.map(forPurpose)];
  }
}

/** Returns the length of the token for a text of a size in bytes. */
export function tokenLength(size: number): number {
  return Math.ceil((MIN_TOKEN_SIZE + size) * 4 / 3);
}
