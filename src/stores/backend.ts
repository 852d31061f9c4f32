/** A value as a backend keeps it. */
export interface StoredValue {
  /** The text that was written. */
  readonly value: string;
  /** Names this state of the key, to the backend that gave it; every write makes a new one. */
  readonly version: unknown;
}

/** What becomes of one key in a write. */
export interface WriteEntry {
  /** Where: 47 characters of the URL-safe base64 alphabet. */
  readonly key: string;
  /** The version that was read and must still be there; null: nothing may be there. */
  readonly version: unknown;
  /** What is to be kept: up to 4/3 of {@linkcode SessionBackend.limit} characters; null: nothing. */
  readonly value: string | null;
  /** Seconds after which the backend may forget the key by itself; null: never. */
  readonly lifetime: number | null;
}

/**
 * All that a database has to do to keep sessions: hand this to `new ServerStore(…)`. It sees hashed
 * ids and sealed values; identifiers, sealing, tombstones and time limits are the store's business.
 *
 * Methods reject when the database does not answer: with whatever they like, the store makes a
 * `SessionStoreError` of it, and gives up waiting by itself.
 */
export interface SessionBackend {
  /** The name for people: "kv", "redis", … */
  readonly name: string;
  /** The most bytes of a sealed session; as text it takes 4/3 of that. null: there is no limit. */
  readonly limit: number | null;
  /** Finds the value of a key. What is past its lifetime may be given or not. */
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
  /** Keeps lists of accounts' sessions. Default: none, and the store keeps no owners. */
  readonly owners?: OwnerIndex;
}

/** A part of an account's list, from above. */
export interface EntryPage {
  /** The most entries to give: a whole number from 1 to 1000. */
  readonly limit: number;
  /** Only entries whose names are below this one; null: from the top. */
  readonly before: string | null;
}

/**
 * Lists of accounts' sessions: for each owner, a text by the entry's name. A name is 63 characters
 * of ASCII, and names are ordered by their bytes: the session that began last has the greatest.
 */
export interface OwnerIndex {
  /** Adds an entry or replaces it; `lifetime` is in seconds, as in {@linkcode WriteEntry}. */
  add(owner: string, entry: string, text: string, lifetime: number | null): Promise<unknown>;
  /** Takes an entry away, if it is there. */
  remove(owner: string, entry: string): Promise<unknown>;
  /**
   * Reads one part of an owner's list in one step, greatest name first.
   *
   * @returns At most `limit` pairs of name and text; fewer only where the list ends.
   */
  list(owner: string, page: EntryPage): Promise<[entry: string, text: string][]>;
}
