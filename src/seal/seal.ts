import { type Bytes, decodeBase64url, encodeBase64url, startsWith } from "./bytes.ts";
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

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Why a token was refused: for the log, never for the visitor. */
export type UnsealFailure = "malformed" | "unknown key" | "forged";

/** The result of unsealing a token. */
export type Unsealed =
  /** The text, the key that sealed it, and whether that is the one that seals now. */
  | { readonly text: string; readonly keyId: string; readonly newest: boolean }
  | { readonly text: null; readonly reason: UnsealFailure };

/** A key for one purpose. */
interface Seal extends SealingKey {
  readonly aad: Bytes;
}

/** The newest key's seal, then those of older ones. */
type Seals = readonly [Seal, ...Seal[]];

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
  readonly #purpose: Bytes;
  #seals: Seals | undefined;

  /**
   * Does no cryptography yet.
   *
   * @param keyring Its newest secret seals, all of them unseal
   * @param purpose Tokens of another purpose are forgeries here
   */
  constructor(keyring: Keyring, purpose: string) {
    this.#keyring = keyring;
    this.#purpose = encoder.encode(purpose);
  }

  /**
   * The key that seals, by its name in tokens; empty before anything was sealed or unsealed.
   *
   * @internal
   */
  get keyId(): string {
    return this.#seals?.[0].keyId ?? "";
  }

  /**
   * Makes a token that looks different every time.
   *
   * @param text What to seal
   * @returns A token in base64url
   * @throws {RangeError} If the text has more than 98,259 bytes
   */
  seal(text: string): Promise<string> {
    return this.#seals === undefined
      ? this.#prepare().then(([newest]) => sealWith(newest, text))
      : sealWith(this.#seals[0], text);
  }

  /**
   * Never throws, whatever the token is.
   *
   * @param token What the visitor sent
   * @returns The text it was sealed from, or null with the reason: at once if the token is
   * malformed, else a promise
   */
  unseal(token: string): Unsealed | Promise<Unsealed> {
    const bytes = token.length > MAX_TOKEN_LENGTH ? null : decodeBase64url(token);
    if (bytes === null || bytes.length < MIN_TOKEN_SIZE || bytes[0] !== VERSION) {
      return { text: null, reason: "malformed" };
    }
    return this.#seals === undefined
      ? this.#prepare().then((seals) => unsealWith(seals, bytes))
      : unsealWith(this.#seals, bytes);
  }

  async #prepare(): Promise<Seals> {
    const sealOf = (key: SealingKey): Seal => {
      return { ...key, aad: Uint8Array.of(...key.header, ...this.#purpose) };
    };
    const [newest, ...older] = await this.#keyring.keys();
    return this.#seals = [sealOf(newest), ...older.map(sealOf)];
  }
}

async function sealWith({ xaes, header, aad }: Seal, text: string): Promise<string> {
  // One buffer for all of a token: the text lies where its ciphertext will, and no character of it
  // takes more than three bytes.
  const space = Math.min(3 * text.length, MAX_TEXT_SIZE);
  const bytes = new Uint8Array(CIPHERTEXT_AT + space + TAG_SIZE);
  const { read, written } = encoder.encodeInto(text, bytes.subarray(CIPHERTEXT_AT, -TAG_SIZE));
  if (read < text.length) {
    const size = encoder.encode(text).length;
    throw new RangeError(
      `Cannot seal the text: it has ${size} bytes, at most ${MAX_TEXT_SIZE} are possible`,
    );
  }
  const nonce = bytes.subarray(HEADER_SIZE, CIPHERTEXT_AT);
  const plaintext = bytes.subarray(CIPHERTEXT_AT, CIPHERTEXT_AT + written);
  bytes.set(header);
  xaes.fillNonce(nonce);
  const ciphertext = await xaes.encrypt(nonce, plaintext, aad);
  bytes.set(new Uint8Array(ciphertext), CIPHERTEXT_AT);
  return encodeBase64url(bytes.subarray(0, CIPHERTEXT_AT + ciphertext.byteLength));
}

async function unsealWith(seals: Seals, bytes: Bytes): Promise<Unsealed> {
  let reason: UnsealFailure = "unknown key";
  for (const { xaes, header, aad, keyId } of seals) {
    if (!startsWith(bytes, header)) continue; // two secrets may share an id: then both are tried
    const plaintext = await xaes.decrypt(
      bytes.subarray(HEADER_SIZE, CIPHERTEXT_AT),
      bytes.subarray(CIPHERTEXT_AT),
      aad,
    );
    if (plaintext !== null) {
      return { text: decoder.decode(plaintext), keyId, newest: header === seals[0].header };
    }
    reason = "forged";
  }
  return { text: null, reason };
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
