import { Keyring } from "../crypto/keyring.ts";
import { Sealer, tokenLength, type Unsealed } from "../crypto/seal.ts";
import { checkBounds, CookieCache, unsliced } from "../session/cookie_cache.ts";
import { CookieOverflowError } from "../session/errors.ts";
import { decodeRecord, encodeRecord, type SessionRecord, sizeReport } from "../session/record.ts";
import { MAX_COOKIE_BYTES } from "../session/session_cookie.ts";
import type { Loaded, SessionStore, SessionWrite } from "../session/store.ts";

/** How the cookie store seals, and what it remembers. */
export interface CookieStoreOptions {
  /**
   * One or more secrets of at least 32 random bytes in base64url, newest first: it seals, all
   * unseal. Make one with `generateSecret`.
   */
  readonly secrets: readonly string[];
  /** How many cookies are remembered with their sessions. Default: 16,384; 0: none. */
  readonly cacheEntries?: number;
  /**
   * How many characters of cookies are remembered, with their sessions, which take a few times as
   * much in memory. Default: 16,777,216; 0: none.
   */
  readonly cacheBytes?: number;
}

/** What belongs to one name of a cookie. */
interface Named {
  readonly sealer: Sealer;
  /** What cookies of the newest key hold; others are sealed anew as soon as they are read. */
  readonly cache: CookieCache<SessionRecord>;
}

/**
 * Keeps the whole session in the cookie, sealed: nobody can read or change it, and the server needs
 * no database. It knows no versions, no owners and no revocation: of two responses that write at
 * once the last one wins, and a copied cookie is good until it expires.
 *
 * What was sealed or unsealed lately is remembered, so that a cookie which comes back costs no
 * cryptography.
 */
export class CookieStore implements SessionStore {
  readonly name = "cookie";
  readonly limit: number = MAX_COOKIE_BYTES;
  readonly #keyring: Keyring;
  readonly #cacheEntries: number;
  readonly #cacheBytes: number;
  readonly #names = new Map<string, Named>();

  /**
   * Checks the secrets; no cryptography happens yet.
   *
   * @param options The secrets, and bounds for the cache of unsealed cookies.
   * @throws {RangeError} If there is no secret, or one has less than 32 bytes, or if so many cookies
   * cannot be remembered.
   */
  constructor({ secrets, cacheEntries = 16_384, cacheBytes = 16_777_216 }: CookieStoreOptions) {
    checkBounds(cacheEntries, cacheBytes);
    this.#keyring = new Keyring(secrets);
    this.#cacheEntries = cacheEntries;
    this.#cacheBytes = cacheBytes;
  }

  /** Unseals a cookie: at once if it is remembered. */
  load(value: string, cookieName: string): Loaded | Promise<Loaded> {
    const { sealer, cache } = this.#named(cookieName);
    const record = cache.get(value);
    if (record !== undefined) return { record, seal: { keyId: sealer.keyId, newest: true } };
    const unsealed = sealer.unseal(value);
    return unsealed instanceof Promise
      ? unsealed.then((unsealed) => open(value, unsealed, cache))
      : open(value, unsealed, cache);
  }

  /** Seals a record. There is no one to collide with. */
  async save({ cookieName, value, record }: SessionWrite): Promise<string> {
    const text = encodeRecord(record);
    if (text.length > MAX_COOKIE_BYTES) { // not worth the sealing, nor within its bounds
      throw new CookieOverflowError(sizeReport(record, this.measure(record), MAX_COOKIE_BYTES));
    }
    const { sealer, cache } = this.#named(cookieName);
    const fresh = await sealer.seal(text);
    if (value !== null) cache.delete(value); // the visitor's next request brings the fresh one
    cache.set(fresh, record, fresh.length);
    return fresh;
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
  #named(cookieName: string): Named {
    let named = this.#names.get(cookieName);
    if (named === undefined) {
      named = {
        sealer: new Sealer(this.#keyring, `session:${cookieName}`),
        cache: new CookieCache(this.#cacheEntries, this.#cacheBytes),
      };
      this.#names.set(cookieName, named);
    }
    return named;
  }
}

function open(value: string, unsealed: Unsealed, cache: Named["cache"]): Loaded {
  if (unsealed.text === null) return { record: null, reason: unsealed.reason };
  const { text, keyId, newest } = unsealed;
  const record = decodeRecord(text);
  if (record === null) return { record, reason: "malformed" };
  if (newest && cache.takes(value.length)) cache.set(unsliced(value), record, value.length);
  return { record, seal: { keyId, newest } };
}
