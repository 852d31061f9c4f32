import { type Bytes, decodeBase64url, encodeBase64url } from "../seal/bytes.ts";
import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";
import { retryWhileLocked } from "./retry_locked.ts";
import { ServerStore, type ServerStoreOptions } from "./server_store.ts";

/** A `Deno.Kv`, as far as {@linkcode KvStore} needs it. */
export interface KvClient {
  /** Reads the value of a key; the versionstamp is null where there is none. */
  get(key: string[]): Promise<{ value: unknown; versionstamp: string | null }>;
  /** Begins an atomic operation. */
  atomic(): KvOperation;
  /** Lists the keys that begin with the same parts and come before `end`, if it is given. */
  list(
    selector: { prefix: string[]; end?: string[] },
    options?: KvListOptions,
  ): AsyncIterable<{ key: readonly unknown[]; value: unknown }>;
}

/** How a {@linkcode KvClient} lists keys. */
export interface KvListOptions {
  /** The most keys to give. */
  limit?: number;
  /** The number of keys that are read in one step. */
  batchSize?: number;
  /** Whether the last key comes first. */
  reverse?: boolean;
}

/** An atomic operation of a {@linkcode KvClient}. */
export interface KvOperation {
  /** Makes it fail unless the key is at this version; null: absent. */
  check(check: { key: string[]; versionstamp: string | null }): KvOperation;
  /** Writes a value; `expireIn` is in milliseconds. */
  set(key: string[], value: Uint8Array | string, options?: { expireIn?: number }): KvOperation;
  /** Deletes a key. */
  delete(key: string[]): KvOperation;
  /** Runs it, as a whole or not at all. */
  commit(): Promise<{ ok: boolean }>;
}

/** The prefix of the keys of a {@linkcode KvStore}, and its bounds. */
export interface KvStoreOptions extends ServerStoreOptions {
  /** The first part of all its keys. Default: "satchel". */
  readonly prefix?: string;
}

/** Deno KV takes values up to 64 KiB. */
const MAX_VALUE = 65_536;
/** Milliseconds. A file does not hang, but its writers may have to wait for each other. */
const TIMEOUT = 5000;

/**
 * Keeps sessions in Deno KV: a file beside the server, which several processes of one machine may
 * share, or the database of Deno Deploy.
 *
 * @example
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { KvStore } from "@satchel/satchel/stores/kv";
 * import { assertEquals } from "@std/assert";
 *
 * using kv = await Deno.openKv(":memory:"); // or a file, such as ".satchel.sqlite"
 * const sessions = new Sessions<{ counter: number }>({ store: new KvStore(kv) });
 * const response = await sessions.handle(new Request("http://localhost/"), (session) => {
 *   session.set("counter", 1);
 *   return new Response("Hello");
 * });
 * assertEquals(response.headers.getSetCookie().length, 1);
 * ```
 */
export class KvStore extends ServerStore {
  /**
   * Keeps sessions in an open database.
   *
   * @param client The database, from `Deno.openKv`. Closing it is the caller's business.
   * @param options The keys' prefix, bounds for time and size.
   * @throws {RangeError} If `cacheEntries` is not a whole number from 0.
   */
  constructor(client: KvClient, options: KvStoreOptions = {}) {
    const backend = new KvBackend(client, options.prefix ?? "satchel");
    super(backend, { ...options, timeout: options.timeout ?? TIMEOUT });
  }
}

class KvBackend implements SessionBackend {
  readonly name = "kv";
  readonly limit = MAX_VALUE;
  readonly owners: OwnerIndex;
  readonly #client: KvClient;
  readonly #prefix: string;

  constructor(client: KvClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
    const keyOf = (owner: string, entry: string): string[] => [prefix, "owner", owner, entry];
    this.owners = {
      add: (owner, entry, text, lifetime) =>
        retryWhileLocked(() => {
          return client.atomic().set(keyOf(owner, entry), text, expiry(lifetime)).commit();
        }),
      remove: (owner, entry) =>
        retryWhileLocked(() => client.atomic().delete(keyOf(owner, entry)).commit()),
      list: (owner, { limit, before }) =>
        retryWhileLocked(async () => {
          const part = { prefix: [prefix, "owner", owner] };
          const selector = before === null ? part : { ...part, end: keyOf(owner, before) };
          const options = { limit, batchSize: limit, reverse: true };
          const found: [string, string][] = [];
          for await (const { key, value } of client.list(selector, options)) {
            found.push([String(key.at(-1)), String(value)]);
          }
          return found;
        }),
    };
  }

  async read(key: string): Promise<StoredValue | null> {
    const { value, versionstamp } = await retryWhileLocked(() =>
      this.#client.get(this.#keyOf(key))
    );
    if (!(value instanceof Uint8Array)) return null;
    return { value: encodeBase64url(value as Bytes), version: versionstamp };
  }

  async write(entries: readonly WriteEntry[]): Promise<boolean> {
    return await retryWhileLocked(async (attempt) => {
      // The process that had the file may have written this session: then it need not be locked.
      if (attempt > 1 && !await this.#isCurrent(entries)) return false;
      const operation = this.#client.atomic();
      for (const { key: name, version, value, lifetime } of entries) {
        const key = this.#keyOf(name);
        operation.check({ key, versionstamp: version as string | null });
        if (value === null) operation.delete(key);
        else operation.set(key, decodeBase64url(value) ?? value, expiry(lifetime));
      }
      return (await operation.commit()).ok;
    });
  }

  async ping(): Promise<void> {
    await this.read("ping");
  }

  async #isCurrent(entries: readonly WriteEntry[]): Promise<boolean> {
    for (const { key, version } of entries) {
      if ((await this.#client.get(this.#keyOf(key))).versionstamp !== version) return false;
    }
    return true;
  }

  #keyOf(key: string): string[] {
    return [this.#prefix, "session", key];
  }
}

function expiry(lifetime: number | null): { expireIn?: number } {
  return lifetime === null ? {} : { expireIn: lifetime * 1000 };
}
