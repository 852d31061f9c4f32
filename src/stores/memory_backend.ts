import type { SessionBackend, StoredValue, WriteEntry } from "./backend.ts";
import { MemoryOwners } from "./memory_owners.ts";

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
  readonly owners: MemoryOwners;
  readonly #now: () => number;
  readonly #values = new Map<string, Kept>();
  #writes = 0;

  /** @param now The clock, in milliseconds. */
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
    this.owners.sweep(now);
  }
}
