import { Cache } from "../seal/cache.ts";
import { backoff } from "../session/contention.ts";
import { SessionConflictError, SessionSizeError } from "../session/errors.ts";
import {
  byteLength,
  decodeRecord,
  encodeRecord,
  type SessionRecord,
  sizeReport,
} from "../session/record.ts";
import type {
  LoadedSession,
  LoadResult,
  SessionOwners,
  SessionStore,
  SessionWrite,
} from "../session/store.ts";
import type { SessionBackend, WriteEntry } from "./backend.ts";
import { type CacheEntry, contentOf, deriveEntry, successorIn } from "./entry.ts";
import { SEAL_OVERHEAD } from "./envelope.ts";
import { entryOf, OwnerList, type Place, placeOf } from "./owners.ts";
import { isSessionId, keyOf, newSessionId } from "./session_id.ts";
import { TimeoutBackend } from "./timeout.ts";

/** The bounds and the clock of a store on the server. */
export interface ServerStoreOptions {
  /**
   * Milliseconds that the backend may take for an answer; then it counts as down. Default: 2000, and
   * 5000 for Deno KV.
   */
  readonly timeout?: number;
  /** The most bytes a session may have, sealed. Default: 1048576 (1 MiB), or the backend's limit. */
  readonly maxBytes?: number;
  /** The most sessions whose keys and last states a process caches. Default: 16,384. 0: none. */
  readonly cacheEntries?: number;
  /** The clock, in milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** Seconds for which a regenerated session's old id is known, so that stragglers are recognized. */
const TOMBSTONE_LIFETIME = 60;
/** Seconds after which a session's entry in its owner's list is updated. */
const LISTING_PERIOD = 60;
const MAX_ATTEMPTS = 64;
/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE = 32;
/** The most characters of sealed sessions that are cached. */
const MAX_CACHE_SIZE = 16_777_216;

/** The state in which a session was loaded, as the store that loaded it recognizes it. */
class VersionToken {
  /** Its place in its owner's list; null without an owner. */
  readonly place: Place | null;

  constructor(readonly entry: CacheEntry, readonly version: unknown, record: SessionRecord) {
    this.place = placeOf(record, entry.key);
  }
}

/**
 * Keeps sessions in a database: the cookie carries an id and nothing else. The database sees a hash
 * of the id, and the session sealed under a key that comes from the id. Both depend on the cookie's
 * name as well, so an id opens nothing under another name.
 *
 * `KvStore`, `RedisStore` and `MemoryStore` are server stores; for another database, write a
 * {@linkcode SessionBackend}.
 */
export class ServerStore implements SessionStore {
  readonly name: string;
  readonly limit: number;
  readonly owners?: SessionOwners;
  readonly #backend: SessionBackend;
  readonly #list: OwnerList | undefined;
  readonly #cache: Cache<CacheEntry>;
  readonly #now: () => number;

  /**
   * Keeps sessions in a database.
   *
   * @param backend The database.
   * @param options Bounds for time and size.
   * @throws {RangeError} If `cacheEntries` is not a whole number from 0.
   */
  constructor(backend: SessionBackend, options: ServerStoreOptions = {}) {
    this.#backend = new TimeoutBackend(backend, options.timeout ?? 2000);
    this.#cache = new Cache(options.cacheEntries ?? 16_384, MAX_CACHE_SIZE);
    this.#now = options.now ?? Date.now;
    this.name = backend.name;
    this.limit = Math.min(options.maxBytes ?? 1_048_576, backend.limit ?? Infinity);
    const { owners } = this.#backend;
    const list = owners && new OwnerList(this.#backend, owners, this.#now);
    this.#list = list;
    this.owners = list && {
      handleOf: (value, cookieName) => this.#handleOf(value, cookieName),
      list: (owner, page) => list.list(owner, page),
      destroy: (owner, except) => list.destroy(owner, except),
    };
  }

  /** Finds the session of an id. A value that is not an id is not looked up. */
  load(value: string, cookieName: string): LoadResult | Promise<LoadResult> {
    return isSessionId(value)
      ? this.#load(value, cookieName)
      : { record: null, reason: "malformed" };
  }

  /** Writes a session, under a new id if it is new or to be regenerated. */
  async save(write: SessionWrite): Promise<string | null> {
    const { cookieName, value, loaded, record, regenerate, lifetime, label } = write;
    const text = encodeRecord(record);
    this.#checkSize(text, record);
    const token = tokenIn(loaded, cookieName);
    const older = token === null ? null : value;
    const id = older === null || regenerate ? newSessionId(older) : older;
    const isSame = token !== null && id === value;
    const entry = isSame ? token.entry : await deriveEntry(id, cookieName);
    const { key, seal } = entry;

    const sealed = await seal.seal(text);
    const writes: WriteEntry[] = [
      { key, version: isSame ? token.version : null, value: sealed, lifetime },
    ];
    if (token !== null && !isSame) writes.push(await tombstone(token, key));

    const [from, to] = [token?.place ?? null, placeOf(record, key)];
    const isMoved = from?.owner !== to?.owner || from?.entry !== to?.entry;
    const now = Math.floor(this.#now() / 1000);
    const isListed = to !== null && (isMoved || now - entry.listedAt >= LISTING_PERIOD);
    if (isListed) await this.#list?.enter(to, { ...record, label }, lifetime);
    if (!await this.#backend.write(writes)) {
      // A key that others may write too stays in the list: they may have meant the same owner.
      if (to !== null && !isSame) await this.#list?.leave(to);
      return null;
    }
    if (from !== null && isMoved) await this.#list?.leave(from);
    const listedAt = isListed ? now : entry.listedAt;
    this.#remember({ ...entry, sealed, content: record, listedAt });
    return entry.id;
  }

  /**
   * Ends a session. If it was given a new id while the request that ends it ran, the tombstone that
   * the old id opens leads to it: logout wins.
   */
  async destroy(value: string, cookieName: string): Promise<void> {
    if (!isSessionId(value)) return;
    const entry = this.#cached(value, cookieName) ?? await deriveEntry(value, cookieName);
    let { key } = entry;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await backoff(attempt, MAX_PAUSE);
      const found = await this.#backend.read(key);
      if (found === null) return;
      const text = await entry.seal.open(found.value);
      const next = text === null ? null : successorIn(text);
      if (next !== null) {
        key = next;
      } else if (
        await this.#backend.write([{ key, version: found.version, value: null, lifetime: null }])
      ) {
        const record = text === null ? null : decodeRecord(text);
        const place = record && placeOf(record, key);
        if (place !== null) await this.#list?.leave(place);
        return;
      }
    }
    throw new SessionConflictError(`Cannot end the session: it was changed ${MAX_ATTEMPTS} times`);
  }

  /** The bytes of a sealed record. */
  measure(record: SessionRecord): number {
    return sizeOf(encodeRecord(record));
  }

  /** Fails with a `SessionStoreError` if the backend does not answer. */
  async ping(): Promise<void> {
    await this.#backend.ping();
  }

  async #load(id: string, cookieName: string): Promise<LoadResult> {
    const cached = this.#cached(id, cookieName);
    const found = await this.#backend.read(cached?.key ?? await keyOf(id, cookieName));
    // The cost of a guessed id ends here: nothing is derived from it, nothing cached.
    if (found === null) return { record: null, reason: "unknown id" };
    if (cached?.sealed === found.value) return resultFrom(cached, found.version);
    const older = cached ?? await deriveEntry(id, cookieName);
    const text = await older.seal.open(found.value);
    if (text === null) return { record: null, reason: "forged" };
    const fresh = { ...older, sealed: found.value, content: contentOf(text) };
    this.#remember(fresh);
    return resultFrom(fresh, found.version);
  }

  /** The name of a session's entry in its owner's list; empty if there is no session. */
  async #handleOf(value: string, cookieName: string): Promise<string> {
    const cached = this.#cached(value, cookieName);
    if (cached !== undefined && typeof cached.content !== "string") {
      return entryOf(cached.content, cached.key);
    }
    const { record } = await this.load(value, cookieName);
    return record === null ? "" : entryOf(record, await keyOf(value, cookieName));
  }

  #cached(id: string, cookieName: string): CacheEntry | undefined {
    return this.#cache.get(`${cookieName}=${id}`);
  }

  #remember(entry: CacheEntry): void {
    this.#cache.set(`${entry.cookieName}=${entry.id}`, entry, entry.sealed.length);
  }

  #checkSize(text: string, record: SessionRecord): void {
    const bytes = sizeOf(text);
    if (bytes <= this.limit) return;
    throw new SessionSizeError(`the ${this.name} store`, sizeReport(record, bytes, this.limit));
  }
}

function resultFrom(entry: CacheEntry, version: unknown): LoadResult {
  const { content } = entry;
  return typeof content === "string"
    ? { record: null, reason: content }
    : { record: content, version: new VersionToken(entry, version, content) };
}

function tokenIn(loaded: LoadedSession | null, cookieName: string): VersionToken | null {
  if (loaded === null) return null;
  const token = loaded.version;
  if (!(token instanceof VersionToken)) {
    throw new TypeError("Cannot write the session: it was not loaded from this store");
  }
  if (token.entry.cookieName === cookieName) return token;
  throw new TypeError(
    `Cannot write the session under the cookie name "${cookieName}": it was loaded under ` +
      `"${token.entry.cookieName}"`,
  );
}

/** Replaces a record whose session lives on under another key by that key, sealed. */
async function tombstone(token: VersionToken, successor: string): Promise<WriteEntry> {
  const { entry: { key, seal }, version } = token;
  const value = await seal.seal(JSON.stringify(successor));
  return { key, version, value, lifetime: TOMBSTONE_LIFETIME };
}

function sizeOf(text: string): number {
  return SEAL_OVERHEAD + byteLength(text);
}
