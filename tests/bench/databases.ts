import { RedisServer } from "../stores/redis_server.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

/** A KV file and, where it is installed, a Redis: both empty, and gone at the end. */
export class Databases implements AsyncDisposable {
  /** Where the stores are, by their names. */
  readonly stores: ReadonlyMap<string, string>;
  readonly #folder = temporaryFolder();
  readonly #redis: RedisServer | null;

  private constructor(redis: RedisServer | null) {
    this.#redis = redis;
    this.stores = new Map([
      ["kv", `${this.#folder.path}/sessions.sqlite`],
      ...(redis === null ? [] : [["redis", redis.url] as const]),
    ]);
  }

  /** Starts them. */
  static async start(): Promise<Databases> {
    return new Databases(await startRedis());
  }

  /** Puts sessions of other visitors into all of them. */
  async fill(count: number): Promise<void> {
    await this.#redis?.command("DEBUG", "POPULATE", String(count), "satchel:other", "200");
    using kv = await Deno.openKv(this.stores.get("kv"));
    const value = new Uint8Array(200);
    const BATCH = 500;
    for (let done = 0; done < count; done += BATCH) {
      const operation = kv.atomic();
      for (let i = done; i < Math.min(count, done + BATCH); i++) {
        operation.set(["satchel", "session", crypto.randomUUID()], value);
      }
      await operation.commit();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis?.[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

async function startRedis(): Promise<RedisServer | null> {
  const flags = ["--save", "", "--appendonly", "no", "--enable-debug-command", "local"];
  try {
    return await RedisServer.start({ flags });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("Redis is left out: apt install redis-server");
    return null;
  }
}
