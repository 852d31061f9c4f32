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
import type { LoadResult, SessionOwners, SessionStore, SessionWrite } from "../session/store.ts";
import type { SessionBackend, WriteEntry } from "./backend.ts";
import {
  bury,
  type CacheEntry,
  deriveEntry,
  linkOf,
  openTombstone,
  tokenIn,
  trailOf,
  VersionToken,
} from "./entry.ts";
import { isTombstone, SEAL_OVERHEAD } from "./envelope.ts";
import { entryOf, OwnerList, placeOf } from "./owners.ts";
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

/** Seconds after which a session's entry in its owner's list is updated. */
const LISTING_PERIOD = 60;
const MAX_ATTEMPTS = 256;
/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE = 32;
/** The most characters of sealed sessions that are cached. */
const MAX_CACHE_SIZE = 16_777_216;

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
      revoke: (owner, handle) => list.revoke(owner, handle),
    };
  }

  /** Finds the session of an id. A value that is not an id is not looked up. */
  load(value: string, cookieName: string): LoadResult | Promise<LoadResult> {
    return isSessionId(value)
      ? this.#load(value, cookieName)
      : { record: null, reason: "malformed" };
  }

  /** Writes a session, under a new id if it is new, to be regenerated, or another account's now. */
  async save(write: SessionWrite): Promise<string | null> {
    const { cookieName, value, loaded, record, regenerate, lifetime, label } = write;
    const text = encodeRecord(record);
    this.#checkSize(text, record);
    const token = tokenIn(loaded, cookieName);
    const older = token === null ? null : value;
    // One account for each key: an entry that stays in another's list by mistake leads nowhere.
    const isSame = token !== null && !regenerate && token.record.owner === record.owner;
    const entry = isSame ? token.entry : await deriveEntry(newSessionId(older), cookieName);
    const { key, seal } = entry;

    const sealed = await seal.seal(text);
    const writes: WriteEntry[] = [
      { key, version: isSame ? token.version : null, value: sealed, lifetime },
    ];
    if (token !== null && !isSame) {
      const [trail, next] = await Promise.all([trailOf(token.entry), trailOf(entry)]);
      writes.push(await bury(trail, token.version, { csrf: token.record.csrf, next }));
    }

    const [from, to] = [token?.place ?? null, placeOf(record, key)];
    const isMoved = from?.entry !== to?.entry;
    const now = Math.floor(this.#now() / 1000);
    // The list forgets an entry a while after its session could have ended.
    const isLonger = loaded?.record.limits !== record.limits;
    const isListed = to !== null &&
      (isMoved || isLonger || now - entry.listedAt >= LISTING_PERIOD);
    if (isListed) await this.#list?.enter(to, { ...record, label }, lifetime);
    if (!await this.#backend.write(writes)) {
      // A key that others may write too stays in the list.
      if (to !== null && !isSame) await this.#list?.leave(to);
      return null;
    }
    if (from !== null && isMoved) await this.#list?.leave(from);
    const listedAt = isListed ? now : entry.listedAt;
    this.#remember({ ...entry, sealed, content: record, listedAt });
    return entry.id;
  }

  /**
   * Ends a session. If it got a new id less than a minute ago, tombstones lead to it, however many:
   * logout wins.
   */
  async destroy(value: string, cookieName: string): Promise<boolean> {
    if (!isSessionId(value)) return false;
    const entry = this.#cached(value, cookieName) ?? await deriveEntry(value, cookieName);
    let trail = await trailOf(entry);
    for (let attempt = 0; attempt < MAX_ATTEMPTS;) {
      const found = await this.#backend.read(trail.key);
      if (found === null) return false;
      if (isTombstone(found.value)) {
        const next = (await openTombstone(found.value, trail.link))?.next;
        if (!next) return false;
        trail = next; // a step, not an attempt: a chain of any length is followed
        continue;
      }
      const isOwn = trail.key === entry.key;
      const text = isOwn ? await entry.seal.open(found.value) : null;
      const record = text === null ? null : decodeRecord(text);
      const tomb = await bury(trail, found.version, { csrf: record?.csrf ?? null, next: null });
      const isGone = await this.#backend.write([tomb])
        // A database that is full takes no tombstone, and deletes all the same.
        .catch(() => this.#backend.write([{ ...tomb, value: null }]));
      if (isGone) {
        const place = record && placeOf(record, trail.key);
        if (place !== null) await this.#list?.leave(place);
        return isOwn;
      }
      await backoff(++attempt, MAX_PAUSE);
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
    if (isTombstone(found.value)) {
      const tombstone = await openTombstone(found.value, await linkOf(id, cookieName));
      if (tombstone === null) return { record: null, reason: "forged" };
      const { csrf, next } = tombstone;
      return { record: null, reason: next === null ? "unknown id" : "retired", csrf };
    }
    const older = cached ?? await deriveEntry(id, cookieName);
    const text = await older.seal.open(found.value);
    if (text === null) return { record: null, reason: "forged" };
    const fresh = { ...older, sealed: found.value, content: decodeRecord(text) };
    this.#remember(fresh);
    return resultFrom(fresh, found.version);
  }

  /** The name of a session's entry in its owner's list; empty if there is no session. */
  async #handleOf(value: string, cookieName: string): Promise<string> {
    const cached = this.#cached(value, cookieName);
    if (cached?.content) return entryOf(cached.content, cached.key);
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
  return content === null ? { record: null, reason: "malformed" } : {
    record: content,
    version: new VersionToken(entry, version, content),
    handle: entryOf(content, entry.key),
  };
}

function sizeOf(text: string): number {
  return SEAL_OVERHEAD + byteLength(text);
}
