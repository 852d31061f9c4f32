/** A value as a backend keeps it. */
export interface StoredValue {
  /** The text that was written. */
  readonly value: string;
  /** Names this state of the key to the backend that gave it; every write makes a new one. */
  readonly version: unknown;
}

/** The write of one key. */
export interface WriteEntry {
  /** The key: 47 characters of the URL-safe base64 alphabet. */
  readonly key: string;
  /** The version that was read and must still be there; null: nothing may be there. */
  readonly version: unknown;
  /** The new value: up to 4/3 of {@linkcode SessionBackend.limit} characters; null: delete the key. */
  readonly value: string | null;
  /** Seconds after which the backend may forget the key by itself; null: never. */
  readonly lifetime: number | null;
}

/**
 * A database, as far as {@linkcode ServerStore} needs it. It sees hashed ids and sealed values; ids,
 * sealing, tombstones and time limits are the store's business.
 *
 * Methods reject, with any error, when the database does not answer: the store throws a
 * `SessionStoreError` with that `cause`. It stops waiting by itself when the answer takes too long.
 *
 * Prove a backend of your own with `storeContract` from `./stores/contract`.
 *
 * @example A database in a `Map`
 * ```ts
 * import { storeContract } from "@satchel/satchel/stores/contract";
 * import { ServerStore, type SessionBackend, type StoredValue } from "@satchel/satchel/stores/server";
 *
 * const values = new Map<string, StoredValue>();
 * const backend: SessionBackend = {
 *   name: "map",
 *   limit: null,
 *   read: async (key) => values.get(key) ?? null,
 *   async write(entries) {
 *     const isFree = entries.every(({ key, version }) => {
 *       return (values.get(key)?.version ?? null) === version;
 *     });
 *     for (const { key, value } of isFree ? entries : []) {
 *       if (value === null) values.delete(key);
 *       else values.set(key, { value, version: Symbol() });
 *     }
 *     return isFree;
 *   },
 *   ping: async () => {},
 * };
 * const open = () => new ServerStore(backend);
 * for (const { run } of storeContract({ open, owners: false }).slice(0, 9)) await run();
 * ```
 */
export interface SessionBackend {
  /** The name for people: "kv", "redis", … */
  readonly name: string;
  /** The most bytes of a sealed session; as text it takes 4/3 of that. null: there is no limit. */
  readonly limit: number | null;
  /** Reads the value of a key; null if there is none. It may still give what has expired. */
  read(key: string): Promise<StoredValue | null>;
  /**
   * Writes one entry or several in one atomic step. The keys of several begin with the same 4
   * characters, for databases that spread keys over machines.
   *
   * @returns Whether all keys were at their version; if not, nothing is written.
   */
  write(entries: readonly WriteEntry[]): Promise<boolean>;
  /** Rejects if the database does not answer. */
  ping(): Promise<unknown>;
  /** Keeps the lists of accounts' sessions. Without it the store keeps no owners. */
  readonly owners?: OwnerIndex;
}

/** A part of an account's list, which begins with the greatest name. */
export interface EntryPage {
  /** The most entries to give: a whole number from 1 to 1000. */
  readonly limit: number;
  /** Only entries whose names are less than this one; null: from the beginning. */
  readonly before: string | null;
}

/**
 * The lists of accounts' sessions: for each owner, texts by the names of their entries. A name is 63
 * characters of ASCII; names are ordered by their bytes, and the session that began last has the
 * greatest.
 */
export interface OwnerIndex {
  /** Adds an entry or replaces it; `lifetime` is in seconds, as in {@linkcode WriteEntry}. */
  add(owner: string, entry: string, text: string, lifetime: number | null): Promise<unknown>;
  /** Removes an entry, if it is there. */
  remove(owner: string, entry: string): Promise<unknown>;
  /**
   * Reads one part of an owner's list in one step, greatest name first.
   *
   * @returns At most `limit` pairs of name and text; fewer only where the list ends.
   */
  list(owner: string, page: EntryPage): Promise<[entry: string, text: string][]>;
}
