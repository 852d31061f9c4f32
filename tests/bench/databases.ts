import { RedisServer } from "../stores/redis_server.ts";

/** A KV file and, where it is installed, a Redis: both empty, and gone at the end. */
export class Databases implements AsyncDisposable {
  /** Where the stores are, by their names. */
  readonly stores: ReadonlyMap<string, string>;
  readonly #folder: string;
  readonly #redis: RedisServer | null;

  private constructor(folder: string, redis: RedisServer | null) {
    this.#folder = folder;
    this.#redis = redis;
    this.stores = new Map([
      ["kv", `${folder}/sessions.sqlite`],
      ...(redis === null ? [] : [["redis", redis.url] as const]),
    ]);
  }

  /** Starts them. */
  static async start(): Promise<Databases> {
    const folder = await Deno.makeTempDir({ prefix: "satchel-bench-" });
    return new Databases(folder, await startRedis());
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
    await Deno.remove(this.#folder, { recursive: true });
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
