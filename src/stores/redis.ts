import type { OwnerIndex, SessionBackend, StoredValue, WriteEntry } from "./backend.ts";
import { ServerStore, type ServerStoreOptions } from "./server_store.ts";
import { TAG_LENGTH } from "./session_id.ts";

/** A client of node-redis, as far as running scripts needs it. */
export interface ScriptClient {
  /** Runs a script that the server knows by the SHA-1 of its text. */
  evalSha(sha1: string, options: ScriptArguments): Promise<unknown>;
  /** Runs a script, which the server knows from then on. */
  eval(script: string, options: ScriptArguments): Promise<unknown>;
}

/** The arguments of a script. Its keys are all in one slot of a Cluster. */
export interface ScriptArguments {
  /** The keys that it reads and writes. */
  keys: string[];
  /** All other values. */
  arguments: string[];
}

/** A client or cluster of node-redis, as far as {@linkcode RedisStore} needs it. */
export interface RedisClient extends ScriptClient {
  /** Reads the value of a key; null if there is none. */
  get(key: string): Promise<string | null>;
  /** Rejects if the server does not answer. */
  ping(): Promise<unknown>;
}

/** The prefix of the keys of a {@linkcode RedisStore}, and its bounds. */
export interface RedisStoreOptions extends ServerStoreOptions {
  /** The beginning of all its keys, before a colon. Default: "satchel". */
  readonly prefix?: string;
}

/** A Lua script that Redis runs in one atomic step. */
class RedisScript {
  readonly #text: string;
  #sha1: string | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** Runs it by its hash; sends its text only to a server that does not know it. */
  async run(client: ScriptClient, keys: string[], values: string[]): Promise<unknown> {
    const options = { keys, arguments: values };
    try {
      return await client.evalSha(this.#sha1 ??= await sha1(this.#text), options);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await client.eval(this.#text, options);
    }
  }
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A value's first characters are its version: they hold the random nonce of its seal. Comparing
 * them instead of the whole value saves sending it twice.
 */
const VERSION_LENGTH = 20;

/** Arguments for each key: the version that must be there, the new value, the lifetime; or "". */
const WRITE = new RedisScript(`
for i, key in ipairs(KEYS) do
  if redis.call('GETRANGE', key, 0, ${VERSION_LENGTH - 1}) ~= ARGV[3 * i - 2] then return 0 end
end
for i, key in ipairs(KEYS) do
  local value, lifetime = ARGV[3 * i - 1], ARGV[3 * i]
  if value == '' then redis.call('DEL', key)
  elseif lifetime == '' then redis.call('SET', key, value)
  else redis.call('SET', key, value, 'PX', lifetime) end
end
return 1`);

/** The parts of a list: see {@linkcode ENTER}. */
const LIST_PARTS = ["names", "ends", "texts"] as const;

/**
 * Adds an entry to a list. A list is a sorted set of names, all of score 0 and so in the order of
 * their bytes; a sorted set of names by their end; and a hash of texts by name. Each addition removes
 * up to 100 expired entries; the list as a whole lives as long as its last entry.
 */
const ENTER = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
  redis.call('HDEL', KEYS[3], name)
end
local ends = ARGV[3] == '' and 'inf' or now + ARGV[3]
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('ZADD', KEYS[2], ends, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
for _, part in ipairs(KEYS) do
  if last == 'inf' then redis.call('PERSIST', part)
  else redis.call('PEXPIREAT', part, string.format('%.0f', last)) end
end`);

const LEAVE = new RedisScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])`);

/** Reads a part of a list downwards from a bound: names and texts in turn. */
const LIST = new RedisScript(`
local list = {}
local top, limit = ARGV[1], ARGV[2]
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], top, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit)) do
  list[#list + 1] = name
  list[#list + 1] = redis.call('HGET', KEYS[3], name) or ''
end
return list`);

/**
 * Keeps sessions in Redis 7 or Valkey, where many machines share them. Every script touches keys of
 * one slot only, so a Cluster works as well.
 *
 * @example
 * ```ts ignore
 * import { createClient } from "redis";
 * import { Sessions } from "@satchel/satchel";
 * import { RedisStore } from "@satchel/satchel/stores/redis";
 *
 * // Without the offline queue, requests fail immediately while Redis is down instead of waiting.
 * const client = createClient({ url: "redis://127.0.0.1:6379", disableOfflineQueue: true });
 * client.on("error", () => {}); // it reconnects by itself
 * await client.connect();
 * const sessions = new Sessions({ store: new RedisStore(client) });
 * ```
 */
export class RedisStore extends ServerStore {
  /**
   * Keeps sessions through a connected client.
   *
   * @param client A connected client, from `createClient` or `createCluster` of node-redis. Closing it
   * is the caller's business.
   * @param options The keys' prefix, bounds for time and size.
   * @throws {RangeError} If `cacheEntries` is not a whole number from 0.
   */
  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    super(new RedisBackend(client, options.prefix ?? "satchel"), options);
  }
}

class RedisBackend implements SessionBackend {
  readonly name = "redis";
  readonly limit = null;
  readonly owners: OwnerIndex;
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
    const listOf = (owner: string): string[] => {
      return LIST_PARTS.map((part) => `${prefix}:owner:{${owner}}:${part}`);
    };
    this.owners = {
      add: (owner, entry, text, lifetime) =>
        ENTER.run(client, listOf(owner), [entry, text, milliseconds(lifetime)]),
      remove: (owner, entry) => LEAVE.run(client, listOf(owner), [entry]),
      async list(owner, { limit, before }) {
        const bounds = [before === null ? "+" : `(${before}`, String(limit)];
        const flat = await LIST.run(client, listOf(owner), bounds) as string[];
        return flat.flatMap((entry, index) => {
          return index % 2 === 0 ? [[entry, String(flat[index + 1])]] : [];
        });
      },
    };
  }

  async read(key: string): Promise<StoredValue | null> {
    const value = await this.#client.get(this.#keyOf(key));
    return value === null ? null : { value, version: value.slice(0, VERSION_LENGTH) };
  }

  async write(entries: readonly WriteEntry[]): Promise<boolean> {
    const keys = entries.map(({ key }) => this.#keyOf(key));
    const values = entries.flatMap(({ version, value, lifetime }) => {
      return [String(version ?? ""), value ?? "", milliseconds(lifetime)];
    });
    return await WRITE.run(this.#client, keys, values) === 1;
  }

  ping(): Promise<unknown> {
    return this.#client.ping();
  }

  /** In a Cluster the part in braces alone decides on which machine a key is. */
  #keyOf(key: string): string {
    return `${this.#prefix}:{${key.slice(0, TAG_LENGTH)}}${key.slice(TAG_LENGTH)}`;
  }
}

function milliseconds(lifetime: number | null): string {
  return lifetime === null ? "" : String(lifetime * 1000);
}
