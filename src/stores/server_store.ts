import { SessionConflictError, SessionSizeError } from "../session/errors.ts";
import { decodeRecord, encodeRecord, type SessionRecord, sizesOf } from "../session/record.ts";
import type {
  FoundSession,
  Loaded,
  SessionOwners,
  SessionStore,
  SessionWrite,
} from "../session/store.ts";
import { OVERHEAD } from "./at_rest.ts";
import type { SessionBackend, WriteEntry } from "./backend.ts";
import { GuardedBackend } from "./guarded_backend.ts";
import { jitter } from "./jitter.ts";
import { contentOf, type Known, KnownIds, meet, successorIn } from "./known_ids.ts";
import { entryOf, OwnerList, type Place } from "./owner_list.ts";
import { isSessionId, keyOf, newSessionId } from "./session_id.ts";

export type { EntryPage, OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

/** What all stores on the server have in common. */
export interface ServerStoreOptions {
  /** Milliseconds that the backend may take for an answer; then it counts as down. Default: 2000. */
  readonly timeout?: number;
  /** The most bytes a session may have, sealed. Default: 1048576 (1 MiB), or the backend's limit. */
  readonly maxBytes?: number;
  /** How many sessions' keys and last states a process remembers. Default: 16,384. 0: none. */
  readonly cacheEntries?: number;
  /** The clock, in milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** Seconds for which a regenerated session's old id is known, so that stragglers harm nobody. */
const TOMBSTONE_LIFETIME = 60;
/** A session's entry in its owner's list is brought up to date so often, in seconds. */
const LISTING_PERIOD = 60;
const MAX_ATTEMPTS = 64;

/** The state in which a session was loaded. */
class Held {
  /** Where its owner lists it; null where nobody owns it. */
  readonly place: Place | null;

  constructor(readonly known: Known, readonly version: unknown, record: SessionRecord) {
    this.place = placeOf(record, known.key);
  }
}

/**
 * Keeps sessions in a database: the cookie carries an id and nothing else. The database sees a hash
 * of the id, and the session sealed under a key that comes from the id. Both depend on the cookie's
 * name as well, so an id is worth nothing under another name.
 *
 * It is what `KvStore`, `RedisStore` and `MemoryStore` are made of; for another database, write a
 * `SessionBackend`.
 */
export class ServerStore implements SessionStore {
  readonly name: string;
  readonly limit: number;
  readonly owners?: SessionOwners;
  readonly #backend: SessionBackend;
  readonly #list: OwnerList | undefined;
  readonly #known: KnownIds;
  readonly #now: () => number;

  /**
   * Keeps sessions in a database.
   *
   * @param backend The database.
   * @param options Bounds for time and size.
   * @throws {RangeError} If so many sessions cannot be remembered.
   */
  constructor(backend: SessionBackend, options: ServerStoreOptions = {}) {
    this.#backend = new GuardedBackend(backend, options.timeout ?? 2000);
    this.#known = new KnownIds(options.cacheEntries ?? 16_384);
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

  /** Finds the session of an id. What is no id is not even looked for. */
  load(value: string, cookieName: string): Loaded | Promise<Loaded> {
    return isSessionId(value)
      ? this.#load(value, cookieName)
      : { record: null, reason: "malformed" };
  }

  /** Writes a session, under a new id if it is new or to be regenerated. */
  async save(write: SessionWrite): Promise<string | null> {
    const { cookieName, value, loaded, record, regenerate, lifetime, label } = write;
    const text = encodeRecord(record);
    this.#checkSize(text, record);
    const held = heldIn(loaded, cookieName);
    const older = held === null ? null : value;
    const id = older === null || regenerate ? newSessionId(older) : older;
    const known = held !== null && id === value ? held.known : await meet(id, cookieName);
    const { key, seal } = known;

    const sealed = await seal.seal(text);
    const version = id === value ? held?.version : null;
    const entries: WriteEntry[] = [{ key, version, value: sealed, lifetime }];
    if (held !== null && id !== value) entries.push(await tombstone(held, key));

    const [from, to] = [held?.place ?? null, placeOf(record, key)];
    const isMoved = from?.owner !== to?.owner || from?.entry !== to?.entry;
    const now = Math.floor(this.#now() / 1000);
    const isListed = to !== null && (isMoved || now - known.listedAt >= LISTING_PERIOD);
    if (isListed) await this.#list?.enter(to, { ...record, label }, lifetime);
    if (!await this.#backend.write(entries)) {
      // A key that others may write too stays in the list: they may have meant the same owner.
      if (to !== null && id !== value) await this.#list?.leave(to);
      return null;
    }
    if (from !== null && isMoved) await this.#list?.leave(from);
    const listedAt = isListed ? now : known.listedAt;
    this.#known.set({ ...known, sealed, content: record, listedAt });
    return known.id; // not the value that came with a request: see `unsliced`
  }

  /**
   * Ends a session. If it was given a new id while the request that ends it ran, the tombstone that
   * the old id opens leads to it: logout wins.
   */
  async destroy(value: string, cookieName: string): Promise<void> {
    if (!isSessionId(value)) return;
    let { key, seal } = this.#known.get(value, cookieName) ?? await meet(value, cookieName);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await jitter(attempt);
      const found = await this.#backend.read(key);
      if (found === null) return;
      const text = await seal.open(found.value);
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

  async #load(id: string, cookieName: string): Promise<Loaded> {
    const known = this.#known.get(id, cookieName);
    const found = await this.#backend.read(known?.key ?? await keyOf(id, cookieName));
    // What a guessed id costs ends here: nothing is derived from it, nothing remembered.
    if (found === null) return { record: null, reason: "unknown id" };
    if (known?.sealed === found.value) return loadedFrom(known, found.version);
    const older = known ?? await meet(id, cookieName);
    const text = await older.seal.open(found.value);
    if (text === null) return { record: null, reason: "forged" };
    const fresh = { ...older, sealed: found.value, content: contentOf(text) };
    this.#known.set(fresh);
    return loadedFrom(fresh, found.version);
  }

  /** The entry under which an owner's list has the session of a cookie's value; "" if there is none. */
  async #handleOf(value: string, cookieName: string): Promise<string> {
    const known = this.#known.get(value, cookieName);
    if (known !== undefined && typeof known.content !== "string") {
      return entryOf(known.content, known.key);
    }
    const { record } = await this.load(value, cookieName);
    return record === null ? "" : entryOf(record, await keyOf(value, cookieName));
  }

  #checkSize(text: string, record: SessionRecord): void {
    const bytes = sizeOf(text);
    if (bytes <= this.limit) return;
    const largest = sizesOf(record).slice(0, 3);
    throw new SessionSizeError(`the ${this.name} store`, { bytes, limit: this.limit, largest });
  }
}

function loadedFrom(known: Known, version: unknown): Loaded {
  const { content } = known;
  return typeof content === "string"
    ? { record: null, reason: content }
    : { record: content, version: new Held(known, version, content) };
}

function heldIn(loaded: FoundSession | null, cookieName: string): Held | null {
  if (loaded === null) return null;
  const held = loaded.version;
  if (!(held instanceof Held)) {
    throw new TypeError("Cannot write the session: it was not loaded from this store");
  }
  if (held.known.cookieName === cookieName) return held;
  throw new TypeError(
    `Cannot write the session under the cookie name "${cookieName}": it was loaded under ` +
      `"${held.known.cookieName}"`,
  );
}

function placeOf(record: SessionRecord, key: string): Place | null {
  const { owner } = record;
  return owner === null ? null : { owner, entry: entryOf(record, key) };
}

/** What takes the place of a record whose session lives on under another key: that key, sealed. */
async function tombstone({ known, version }: Held, successor: string): Promise<WriteEntry> {
  const value = await known.seal.seal(JSON.stringify(successor));
  return { key: known.key, version, value, lifetime: TOMBSTONE_LIFETIME };
}

function sizeOf(text: string): number {
  return OVERHEAD + new TextEncoder().encode(text).length;
}
