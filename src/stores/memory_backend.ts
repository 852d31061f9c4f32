import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";

/** Every so many writes, what has expired is thrown out. */
const SWEEP_PERIOD = 1024;

interface Kept {
  readonly value: string;
  readonly version: number;
  readonly end: number;
}

/** A database that lives in the memory of this process, for `MemoryStore`. */
export class MemoryBackend implements SessionBackend {
  readonly name = "memory";
  readonly limit = null;
  readonly owners: OwnerIndex;
  readonly #now: () => number;
  readonly #values = new Map<string, Kept>();
  readonly #lists = new Map<string, Map<string, { text: string; end: number }>>();
  #writes = 0;

  /** @param now The clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.owners = {
      add: (owner, key, text, lifetime) => {
        const list = this.#lists.get(owner) ?? new Map();
        list.set(key, { text, end: this.#endOf(lifetime) });
        this.#lists.set(owner, list);
        return Promise.resolve();
      },
      remove: (owner, key) => {
        const list = this.#lists.get(owner);
        list?.delete(key);
        if (list?.size === 0) this.#lists.delete(owner);
        return Promise.resolve();
      },
      list: (owner) => {
        const entries = this.#lists.get(owner) ?? [];
        return Promise.resolve(Array.from(entries, ([key, { text }]) => [key, text]));
      },
    };
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

  #alive(key: string): Kept | null {
    const kept = this.#values.get(key);
    return kept === undefined || kept.end <= this.#now() ? null : kept;
  }

  #endOf(lifetime: number | null): number {
    return lifetime === null ? Infinity : this.#now() + lifetime * 1000;
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { end }] of this.#values) if (end <= now) this.#values.delete(key);
    for (const [owner, list] of this.#lists) {
      for (const [key, { end }] of list) if (end <= now) list.delete(key);
      if (list.size === 0) this.#lists.delete(owner);
    }
  }
}
