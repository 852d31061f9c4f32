import type { SessionStore } from "../session/store.ts";
import { CookieStore } from "../stores/cookie_store.ts";
import { type KvClient, KvStore } from "../stores/kv_store.ts";
import { type RedisClient, RedisStore } from "../stores/redis_store.ts";
import { unlocked } from "../stores/unlocked.ts";
import type { Config } from "./config.ts";
import { StartError } from "./start_error.ts";

/** A store that is open, and how to let go of what is behind it. */
export interface OpenStore {
  readonly store: SessionStore;
  /** Closes connections and files. */
  close(): void;
}

/** A client of node-redis, or a cluster's, as far as the server needs it. */
export interface RedisConnection extends RedisClient {
  on(event: "error", listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** What a connection to Redis is made with: options of node-redis. */
export interface RedisSettings {
  /** Commands fail at once while there is no connection, instead of waiting for one. */
  readonly disableOfflineQueue: true;
  /** The library's own limit makes a timer for every command; the store has one for all. */
  readonly commandOptions: { readonly timeout: undefined };
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly socket: {
    readonly connectTimeout: number;
    /** Milliseconds until the next attempt; false: there is none. */
    readonly reconnectStrategy: (attempts: number) => number | false;
  };
}

/** The databases of the machine. */
export interface Databases {
  /** Opens a KV file. */
  openKv(path: string): Promise<KvClient & { close(): void }>;
  /** Loads node-redis: nobody else has to wait for that. */
  importRedis(): Promise<NodeRedis>;
}

/** What node-redis exports, as far as the server needs it. */
export interface NodeRedis {
  /** Prepares a connection to one server. */
  createClient(options: RedisSettings & { url: string }): RedisConnection;
  /** Prepares connections to the members of a Cluster, of which some are named. */
  createCluster(options: {
    rootNodes: { url: string }[];
    defaults: RedisSettings;
  }): RedisConnection;
}

/** Milliseconds that a connection may take to be made. */
const CONNECT_TIMEOUT = 2000;
const LONGEST_PAUSE = 1000;

/**
 * Opens the store that the configuration names, and sees to it that it answers.
 *
 * @param config Names the store and where it is.
 * @param secrets The secrets of the cookie store; other stores need none.
 * @param databases What the machine has.
 * @throws {StartError} If the database cannot be opened or does not answer.
 */
export function openStore(
  config: Config,
  secrets: readonly string[],
  databases: Databases,
): OpenStore | Promise<OpenStore> {
  switch (config.store) {
    case "cookie":
      return { store: new CookieStore({ secrets }), close() {} };
    case "kv":
      return openKvStore(config.kvPath, databases);
    case "redis":
      return openRedisStore(config.redisUrl, databases);
  }
}

async function openKvStore(path: string, databases: Databases): Promise<OpenStore> {
  try {
    const kv = await unlocked(() => databases.openKv(path));
    const store = new KvStore(kv);
    await store.ping();
    return { store, close: () => kv.close() };
  } catch (cause) {
    const wayOut = "Name another with KV_PATH: a file in a folder that the server may write to";
    const message = `Cannot open the KV file ${path}: ${reasonOf(cause)}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

async function openRedisStore(text: string, databases: Databases): Promise<OpenStore> {
  const urls = text.split(/[\s,]+/);
  const [first, ...others] = urls.map((url) => new URL(url));
  const redis = await databases.importRedis();
  let isUp = false;
  const settings: RedisSettings = {
    disableOfflineQueue: true,
    commandOptions: { timeout: undefined },
    // Of a Cluster, the addresses given are not all: its other members ask for the password too.
    username: first?.username ? decodeURIComponent(first.username) : undefined,
    password: first?.password ? decodeURIComponent(first.password) : undefined,
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      // Down at start is a mistake to be told; down later is an outage to be sat out.
      reconnectStrategy: (attempts) => isUp && Math.min(50 * (attempts + 1), LONGEST_PAUSE),
    },
  };
  const client = others.length === 0
    ? redis.createClient({ url: text, ...settings })
    : redis.createCluster({ rootNodes: urls.map((url) => ({ url })), defaults: settings });
  client.on("error", () => {}); // each request that suffers from it is logged
  try {
    await client.connect();
    const store = new RedisStore(client);
    await store.ping();
    isUp = true;
    return { store, close: () => client.destroy() };
  } catch (cause) {
    client.destroy();
    const hosts = [first, ...others].map((url) => url?.host).join(", ");
    const wayOut = "Start it, or say where it is with REDIS_URL=redis://host:port";
    const message = `Cannot reach Redis at ${hosts}: ${reasonOf(cause)}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

/** Node's errors for several addresses have no message of their own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
