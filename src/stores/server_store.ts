import { CookieCache, unsliced } from "../session/cookie_cache.ts";
import { SessionConflictError, SessionSizeError } from "../session/errors.ts";
import { decodeRecord, encodeRecord, type SessionRecord, sizesOf } from "../session/record.ts";
import type {
  FoundSession,
  Loaded,
  SessionOwners,
  SessionStore,
  SessionWrite,
} from "../session/store.ts";
import { AtRest, OVERHEAD } from "./at_rest.ts";
import type { SessionBackend, WriteEntry } from "./backend.ts";
import { GuardedBackend } from "./guarded_backend.ts";
import { jitter } from "./jitter.ts";
import { OwnerList } from "./owner_list.ts";
import { isSessionId, keyOf, newSessionId } from "./session_id.ts";

export type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

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
const MAX_CACHE_SIZE = 16_777_216;
const MAX_ATTEMPTS = 64;
const PURPOSE = "satchel v1 session";

/** What is known of an id: where its record is, what opens it, what was there last. */
interface Known {
  readonly id: string;
  readonly key: string;
  readonly seal: AtRest;
  readonly sealed: string;
  /** What is sealed in it: a record, or why there is none. */
  readonly content: SessionRecord | "retired" | "malformed";
  /** When this process last brought the owner's list up to date, in seconds. */
  readonly listedAt: number;
}

/** The state in which a session was loaded. */
class Held {
  constructor(readonly known: Known, readonly version: unknown, readonly owner: string | null) {}
}

/**
 * Keeps sessions in a database: the cookie carries an id and nothing else. The database sees the
 * id's hash, and the session sealed under a key that comes from the id.
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
  readonly #known: CookieCache<Known>;
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
    this.#known = new CookieCache(options.cacheEntries ?? 16_384, MAX_CACHE_SIZE);
    this.#now = options.now ?? Date.now;
    this.name = backend.name;
    this.limit = Math.min(options.maxBytes ?? 1_048_576, backend.limit ?? Infinity);
    const { owners } = this.#backend;
    this.owners = this.#list = owners && new OwnerList(this.#backend, owners, this.#now);
  }

  /** Finds the session of an id. What is no id is not even looked for. */
  load(value: string): Loaded | Promise<Loaded> {
    return isSessionId(value) ? this.#load(value) : { record: null, reason: "malformed" };
  }

  /** Writes a session, under a new id if it is new or to be regenerated. */
  async save(write: SessionWrite): Promise<string | null> {
    const { value, loaded, record, regenerate, lifetime, label } = write;
    const text = encodeRecord(record);
    this.#checkSize(text, record);
    const held = heldIn(loaded);
    const older = held === null ? null : value;
    const id = older === null || regenerate ? newSessionId(older) : older;
    const known = held !== null && id === value ? held.known : await meet(id);
    const { key, seal } = known;

    const sealed = await seal.seal(text);
    const version = id === value ? held?.version : null;
    const entries: WriteEntry[] = [{ key, version, value: sealed, lifetime }];
    if (held !== null && id !== value) entries.push(await tombstone(held, key));

    const { owner } = record;
    const isMoved = held === null || id !== value || held.owner !== owner;
    const now = Math.floor(this.#now() / 1000);
    const isListed = owner !== null && (isMoved || now - known.listedAt >= LISTING_PERIOD);
    if (isListed) await this.#list?.enter(owner, key, { ...record, label }, lifetime);
    if (!await this.#backend.write(entries)) {
      // A key that others may write too stays in the list: they may have meant the same owner.
      if (owner !== null && id !== value) await this.#list?.leave(owner, key);
      return null;
    }
    if (held !== null && held.owner !== null && isMoved) {
      await this.#list?.leave(held.owner, held.known.key);
    }
    const listedAt = isListed ? now : known.listedAt;
    this.#known.set(known.id, { ...known, sealed, content: record, listedAt }, sealed.length);
    return known.id; // not the value that came with a request: see `unsliced`
  }

  /**
   * Ends a session. If it was given a new id while the request that ends it ran, the tombstone that
   * the old id opens leads to it: logout wins.
   */
  async destroy(value: string): Promise<void> {
    if (!isSessionId(value)) return;
    let { key, seal } = this.#known.get(value) ?? await meet(value);
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
        const owner = text === null ? null : decodeRecord(text)?.owner ?? null;
        if (owner !== null) await this.#list?.leave(owner, key);
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

  async #load(id: string): Promise<Loaded> {
    const known = this.#known.get(id);
    const found = await this.#backend.read(known?.key ?? await keyOf(id));
    // What a guessed id costs ends here: nothing is derived from it, nothing remembered.
    if (found === null) return { record: null, reason: "unknown id" };
    if (known?.sealed === found.value) return loadedFrom(known, found.version);
    const older = known ?? await meet(id);
    const text = await older.seal.open(found.value);
    if (text === null) return { record: null, reason: "forged" };
    const fresh = { ...older, sealed: found.value, content: contentOf(text) };
    this.#known.set(fresh.id, fresh, fresh.sealed.length);
    return loadedFrom(fresh, found.version);
  }

  #checkSize(text: string, record: SessionRecord): void {
    const bytes = sizeOf(text);
    if (bytes <= this.limit) return;
    const largest = sizesOf(record).slice(0, 3);
    throw new SessionSizeError(`the ${this.name} store`, { bytes, limit: this.limit, largest });
  }
}

/** Gets to know an id of which nothing was kept yet. */
async function meet(given: string): Promise<Known> {
  const id = unsliced(given);
  const [key, seal] = await Promise.all([keyOf(id), AtRest.from(id, PURPOSE)]);
  return { id, key, seal, sealed: "", content: "malformed", listedAt: 0 };
}

function contentOf(text: string): Known["content"] {
  return successorIn(text) === null ? decodeRecord(text) ?? "malformed" : "retired";
}

function loadedFrom(known: Known, version: unknown): Loaded {
  const { content } = known;
  return typeof content === "string"
    ? { record: null, reason: content }
    : { record: content, version: new Held(known, version, content.owner) };
}

function heldIn(loaded: FoundSession | null): Held | null {
  if (loaded === null) return null;
  if (loaded.version instanceof Held) return loaded.version;
  throw new TypeError("Cannot write the session: it was not loaded from this store");
}

/** What takes the place of a record whose session lives on under another key: that key, sealed. */
async function tombstone({ known, version }: Held, successor: string): Promise<WriteEntry> {
  const value = await known.seal.seal(JSON.stringify(successor));
  return { key: known.key, version, value, lifetime: TOMBSTONE_LIFETIME };
}

/** The key that a tombstone leads to; null if the text is none: records begin with a bracket. */
function successorIn(text: string): string | null {
  return text.startsWith('"') ? JSON.parse(text) : null;
}

function sizeOf(text: string): number {
  return OVERHEAD + new TextEncoder().encode(text).length;
}
