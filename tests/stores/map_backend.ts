import type {
  EntryPage,
  OwnerIndex,
  SessionBackend,
  StoredValue,
  WriteEntry,
} from "@satchel/satchel/stores/server";

/** A backend of two maps, into which a test can look and whose methods it can replace. */
export class MapBackend implements SessionBackend {
  name = "map";
  limit: number | null = null;
  readonly values = new Map<string, StoredValue>();
  readonly owners = new MapOwners();
  #writes = 0;

  read(key: string): Promise<StoredValue | null> {
    return Promise.resolve(this.values.get(key) ?? null);
  }

  write(entries: readonly WriteEntry[]): Promise<boolean> {
    const isFree = entries.every(({ key, version }) => {
      return (this.values.get(key)?.version ?? null) === version;
    });
    for (const { key, value } of isFree ? entries : []) {
      if (value === null) this.values.delete(key);
      else this.put(key, value);
    }
    return Promise.resolve(isFree);
  }

  ping(): Promise<unknown> {
    return Promise.resolve();
  }

  /** Writes a value whatever is there. */
  put(key: string, value: string): void {
    this.values.set(key, { value, version: ++this.#writes });
  }

  /** All that it holds. */
  dump(): string {
    return JSON.stringify([[...this.values], [...this.owners.entries]]);
  }
}

/** The lists of a {@linkcode MapBackend}. */
export class MapOwners implements OwnerIndex {
  /** The text of each entry, by owner and name. */
  readonly entries = new Map<string, string>();

  add(owner: string, entry: string, text: string): Promise<unknown> {
    return Promise.resolve(this.entries.set(`${owner} ${entry}`, text));
  }

  remove(owner: string, entry: string): Promise<unknown> {
    return Promise.resolve(this.entries.delete(`${owner} ${entry}`));
  }

  list(owner: string, { limit, before }: EntryPage): Promise<[entry: string, text: string][]> {
    const all = [...this.entries].flatMap(([key, text]): [string, string][] => {
      const [of, entry = ""] = key.split(" ");
      return of === owner && (before === null || entry < before) ? [[entry, text]] : [];
    });
    return Promise.resolve(all.sort().reverse().slice(0, limit));
  }
}
