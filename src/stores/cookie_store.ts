import { Keyring } from "../crypto/keyring.ts";
import { Sealer, type SealerOptions, tokenLength, type Unsealed } from "../crypto/seal.ts";
import { CookieOverflowError } from "../session/errors.ts";
import { decodeRecord, encodeRecord, type SessionRecord, sizeReport } from "../session/record.ts";
import type { Loaded, SessionStore, SessionWrite } from "../session/store.ts";
import { MAX_COOKIE_BYTES } from "../session/session_cookie.ts";

/** How the cookie store seals. */
export interface CookieStoreOptions extends SealerOptions {
  /**
   * One or more secrets of at least 32 random bytes in base64url, newest first: it seals, all
   * unseal. Make one with `generateSecret`.
   */
  readonly secrets: readonly string[];
}

/**
 * Keeps the whole session in the cookie, sealed: nobody can read or change it, and the server needs
 * no database. It knows no versions, no owners and no revocation: of two responses that write at
 * once the last one wins, and a copied cookie is good until it expires.
 */
export class CookieStore implements SessionStore {
  readonly name = "cookie";
  readonly limit: number = MAX_COOKIE_BYTES;
  readonly #keyring: Keyring;
  readonly #options: SealerOptions;
  readonly #sealers = new Map<string, Sealer>();

  /**
   * Checks the secrets; no cryptography happens yet.
   *
   * @param options The secrets, and bounds for the cache of unsealed cookies.
   * @throws {RangeError} If there is no secret, or one has less than 32 bytes.
   */
  constructor({ secrets, ...options }: CookieStoreOptions) {
    this.#keyring = new Keyring(secrets);
    this.#options = options;
  }

  /** Unseals a cookie: at once if it is remembered. */
  load(value: string, cookieName: string): Loaded | Promise<Loaded> {
    const unsealed = this.#sealer(cookieName).unseal(value);
    return unsealed instanceof Promise ? unsealed.then(toLoaded) : toLoaded(unsealed);
  }

  /** Seals a record. There is no one to collide with. */
  async save({ cookieName, record }: SessionWrite): Promise<string> {
    const text = encodeRecord(record);
    if (text.length > MAX_COOKIE_BYTES) { // not worth the sealing, nor within its bounds
      throw new CookieOverflowError(sizeReport(record, this.measure(record), MAX_COOKIE_BYTES));
    }
    return await this.#sealer(cookieName).seal(text);
  }

  /** Does nothing: taking the cookie away is all that can be done. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }

  /** The bytes of the sealed cookie's value. */
  measure(record: SessionRecord): number {
    return tokenLength(new TextEncoder().encode(encodeRecord(record)).length);
  }

  /** There is no backend that could fail. */
  ping(): Promise<void> {
    return Promise.resolve();
  }

  /** A cookie's seal names the cookie, so that its value is worth nothing under another name. */
  #sealer(cookieName: string): Sealer {
    let sealer = this.#sealers.get(cookieName);
    if (sealer === undefined) {
      sealer = new Sealer(this.#keyring, `session:${cookieName}`, this.#options);
      this.#sealers.set(cookieName, sealer);
    }
    return sealer;
  }
}

function toLoaded(unsealed: Unsealed): Loaded {
  if (unsealed.text === null) return { record: null, reason: unsealed.reason };
  const record = decodeRecord(unsealed.text);
  return record === null ? { record, reason: "malformed" } : { record, seal: unsealed };
}
