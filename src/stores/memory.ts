import type { EntryPage, OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";
import { ServerStore, type ServerStoreOptions } from "./server_store.ts";

/** Writes between two sweeps of expired values. */
const SWEEP_PERIOD = 1024;

/**
 * Keeps sessions in the memory of this process: for an application's tests, and for servers that
 * may forget everybody when they restart. It does all that the other server stores do.
 *
 * @example
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 * import { assert } from "@std/assert";
 *
 * const sessions = new Sessions<{ counter: number }>({ store: new MemoryStore() });
 * const response = await sessions.handle(new Request("http://localhost/"), (session) => {
 *   session.set("counter", 1);
 *   return new Response("Hello");
 * });
 * const [cookie = ""] = response.headers.getSetCookie();
 * assert(cookie.length < 128, "it carries an id, not the session");
 * ```
 */
export class MemoryStore extends ServerStore {
  /**
   * Makes an empty store.
   *
   * @param options Bounds for time and size, and a clock.
   * @throws {RangeError} If `cacheEntries` is not a whole number from 0.
   */
  constructor(options: ServerStoreOptions = {}) {
    super(new MemoryBackend(options.now ?? Date.now), options);
  }
}

/** A value, and when it expires, in milliseconds since the Unix epoch. */
interface Row {
  readonly value: string;
  readonly version: number;
  readonly end: number;
}

/** A database in the memory of this process. */
class MemoryBackend implements SessionBackend {
  readonly name = "memory";
  readonly limit = null;
  readonly owners: MemoryOwners;
  readonly #now: () => number;
  readonly #values = new Map<string, Row>();
  #writes = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.owners = new MemoryOwners((lifetime) => this.#endOf(lifetime));
  }

  read(key: string): Promise<StoredValue | null> {
    return Promise.resolve(this.#alive(key));
  }

  write(entries: readonly WriteEntry[]): Promise<boolean> {
    const isFree = entries.every(({ key, version }) => {
      return (this.#alive(key)?.version ?? null) === version;
    });
    if (!isFree) return Promise.resolve(false);
    for (const { key, value, lifetime } of entries) {
      const version = ++this.#writes;
      if (value === null) this.#values.delete(key);
      else this.#values.set(key, { value, version, end: this.#endOf(lifetime) });
      if (version % SWEEP_PERIOD === 0) this.#sweep();
    }
    return Promise.resolve(true);
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  #alive(key: string): Row | null {
    const row = this.#values.get(key);
    return row === undefined || row.end <= this.#now() ? null : row;
  }

  #endOf(lifetime: number | null): number {
    return lifetime === null ? Infinity : this.#now() + lifetime * 1000;
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { end }] of this.#values) if (end <= now) this.#values.delete(key);
    this.owners.sweep(now);
  }
}

/** One account's list: the names of its entries in order, and the entries. */
interface List {
  names: string[];
  readonly entries: Map<string, { readonly text: string; readonly end: number }>;
}

/** The lists of accounts' sessions in the memory of this process. */
class MemoryOwners implements OwnerIndex {
  readonly #endOf: (lifetime: number | null) => number;
  readonly #lists = new Map<string, List>();

  /** @param endOf Returns when a lifetime that begins now ends. */
  constructor(endOf: (lifetime: number | null) => number) {
    this.#endOf = endOf;
  }

  add(owner: string, entry: string, text: string, lifetime: number | null): Promise<void> {
    const list = this.#lists.get(owner) ?? { names: [], entries: new Map() };
    this.#lists.set(owner, list);
    if (!list.entries.has(entry)) list.names.splice(rankOf(entry, list.names), 0, entry);
    list.entries.set(entry, { text, end: this.#endOf(lifetime) });
    return Promise.resolve();
  }

  remove(owner: string, entry: string): Promise<void> {
    const list = this.#lists.get(owner);
    if (list?.entries.delete(entry)) list.names.splice(rankOf(entry, list.names), 1);
    if (list?.names.length === 0) this.#lists.delete(owner);
    return Promise.resolve();
  }

  list(owner: string, { limit, before }: EntryPage): Promise<[entry: string, text: string][]> {
    const list = this.#lists.get(owner);
    if (list === undefined) return Promise.resolve([]);
    const { names, entries } = list;
    const end = before === null ? names.length : rankOf(before, names);
    const page = names.slice(Math.max(0, end - limit), end).reverse();
    return Promise.resolve(page.map((name) => [name, entries.get(name)?.text ?? ""]));
  }

  /** Removes expired entries. */
  sweep(now: number): void {
    for (const [owner, list] of this.#lists) {
      const { entries } = list;
      for (const [name, { end }] of entries) if (end <= now) entries.delete(name);
      list.names = list.names.filter((name) => entries.has(name));
      if (list.names.length === 0) this.#lists.delete(owner);
    }
  }
}

/** Counts the names, which are in order, that come before this one. */
function rankOf(name: string, names: readonly string[]): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (String(names[middle]) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
