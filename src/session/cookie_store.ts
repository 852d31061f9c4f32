import { Keyring } from "../seal/keyring.ts";
import { Sealer, tokenLength } from "../seal/seal.ts";
import { Cache } from "../seal/cache.ts";
import { MAX_COOKIE_BYTES } from "./cookie.ts";
import { SessionSizeError } from "./errors.ts";
import {
  byteLength,
  decodeRecord,
  encodeRecord,
  ownText,
  type SessionRecord,
  sizeReport,
} from "./record.ts";
import { after } from "./run.ts";
import type { LoadResult, SessionStore, SessionWrite } from "./store.ts";

/** Characters of a sealed cookie that are random and no secret: 72 bits of the seal's nonce. */
const NONCE = [24, 36] as const;

/** The secrets of the cookie store, and the bounds of its cache. */
export interface CookieStoreOptions {
  /**
   * One or more secrets of at least 32 random bytes in base64url, newest first: it seals, all
   * unseal. Make one with `generateSecret`.
   */
  readonly secrets: readonly string[];
  /** The most cookies whose sessions are cached. Default: 16,384; 0: none. */
  readonly cacheEntries?: number;
  /**
   * The most characters of cookies that are cached, with their sessions, which take a few times as
   * much in memory. Default: 16,777,216.
   */
  readonly cacheBytes?: number;
}

/**
 * Keeps the whole session in the cookie, sealed: nobody can read or change it, and the server needs
 * no database. It knows no versions, no owners and no revocation: of two responses that write at
 * the same time the last one wins, and a copied cookie is good until it expires.
 *
 * Sessions of recent cookies are cached, so that a cookie which comes back costs no cryptography.
 */
export class CookieStore implements SessionStore {
  readonly name = "cookie";
  readonly limit: number = MAX_COOKIE_BYTES;
  readonly #keyring: Keyring;
  /** By cookie name: a cookie's value is worth nothing under another name. */
  readonly #sealers = new Map<string, Sealer>();
  /** Sessions under the newest key, by cookie; others are resealed as soon as they are read. */
  readonly #cache: Cache<SessionRecord>;

  /**
   * Checks the secrets; no cryptography happens yet.
   *
   * @param options The secrets, and the bounds of the cache.
   * @throws {RangeError} If there is no secret, one of them is not good enough, or a bound is not a
   * number from 0.
   */
  constructor({ secrets, cacheEntries = 16_384, cacheBytes = 16_777_216 }: CookieStoreOptions) {
    this.#keyring = new Keyring(secrets);
    this.#cache = new Cache(cacheEntries, cacheBytes);
  }

  /** Unseals a cookie: synchronously if it is cached. */
  load(value: string, cookieName: string): LoadResult | Promise<LoadResult> {
    const sealer = this.#sealer(cookieName);
    const cookie = `${cookieName}=${value}`;
    const record = this.#cache.get(cookie);
    const handle = value.slice(...NONCE);
    if (record !== undefined) {
      return { record, handle, seal: { keyId: sealer.keyId, newest: true } };
    }
    return after(sealer.unseal(value), (unsealed) => {
      if (unsealed.text === null) return { record: null, reason: unsealed.reason };
      const { text, keyId, newest } = unsealed;
      const record = decodeRecord(text);
      if (record === null) return { record, reason: "malformed" };
      if (newest) this.#cache.set(ownText(cookie), record, cookie.length);
      return { record, handle, seal: { keyId, newest } };
    });
  }

  /** Seals a record; there are no versions that could conflict. */
  async save({ cookieName, cookieOverhead, value, record }: SessionWrite): Promise<string> {
    const text = encodeRecord(record);
    const bytes = cookieOverhead + tokenLength(byteLength(text));
    if (bytes > MAX_COOKIE_BYTES) {
      throw new SessionSizeError("its cookie", sizeReport(record, bytes, MAX_COOKIE_BYTES));
    }
    const sealed = await this.#sealer(cookieName).seal(text);
    // The visitor's next request brings the new value.
    this.#cache.delete(`${cookieName}=${value}`);
    const cookie = `${cookieName}=${sealed}`;
    this.#cache.set(cookie, record, cookie.length);
    return sealed;
  }

  /** Does nothing: removing the cookie is all that can be done. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }

  /** Returns the bytes of the cookie: name, sealed value and attributes. */
  measure(record: SessionRecord, overhead: number): number {
    return overhead + tokenLength(byteLength(encodeRecord(record)));
  }

  /** Does nothing: there is no backend that could fail. */
  ping(): Promise<void> {
    return Promise.resolve();
  }

  #sealer(cookieName: string): Sealer {
    const sealer = this.#sealers.get(cookieName) ??
      new Sealer(this.#keyring, `session:${cookieName}`);
    this.#sealers.set(cookieName, sealer);
    return sealer;
  }
}
