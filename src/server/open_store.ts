import type { SessionStore } from "../session/store.ts";
import { CookieStore } from "../stores/cookie_store.ts";
import { type KvClient, KvStore } from "../stores/kv_store.ts";
import { type RedisClient, RedisStore } from "../stores/redis_store.ts";
import { unlocked } from "../stores/unlocked.ts";
import type { Config } from "./config.ts";
import { placeText, type RedisMember, type RedisPlace } from "./redis_url.ts";
import { isExposed, type PrivateFiles } from "./secrets.ts";
import { isNamed, StartError } from "./start_error.ts";

/** A store that is open, and how to let go of what is behind it. */
export interface OpenStore {
  readonly store: SessionStore;
  /** A file in which sessions are kept and that others than its owner may read; null: none. */
  readonly exposed: string | null;
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
  readonly socket: RedisSocket;
}

/** How node-redis connects. */
export type RedisSocket =
  & {
    readonly connectTimeout: number;
    /** Milliseconds until the next attempt; false: there is none. */
    readonly reconnectStrategy: (attempts: number) => number | false;
  }
  & ({ readonly tls?: false } | ({ readonly tls: true } & Partial<IdentityCheck>));

/** Node's check of certificates: what is wrong with one for a host, or undefined. */
export interface IdentityCheck {
  checkServerIdentity(host: string, certificate: object): Error | undefined;
}

/** What the server needs of the machine to open a store. */
export interface Databases {
  /** Files that their owner alone may read. */
  readonly files: PrivateFiles;
  /** Opens a KV file. */
  openKv(path: string): Promise<KvClient & { close(): void }>;
  /** Loads node-redis: nobody else has to wait for that. */
  importRedis(): Promise<NodeRedis>;
  /** Loads what Node knows about certificates. */
  importTls(): Promise<IdentityCheck>;
}

/** What node-redis exports, as far as the server needs it. */
export interface NodeRedis {
  /** Prepares a connection to one server. */
  createClient(
    options: RedisSettings & { database: number; socket: RedisSocket & RedisMember },
  ): RedisConnection;
  /** Prepares connections to the members of a Cluster, of which some are named. */
  createCluster(options: {
    rootNodes: { socket: RedisMember }[];
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
      return { store: new CookieStore({ secrets }), exposed: null, close() {} };
    case "kv":
      return openKvStore(config.kvPath, databases);
    case "redis":
      return openRedisStore(config.redis, databases);
  }
}

async function openKvStore(path: string, databases: Databases): Promise<OpenStore> {
  const { files } = databases;
  try {
    const isFile = path !== ":memory:" && !/^https?:/.test(path);
    // SQLite would make a file that all may read; its companions get the mode that it has.
    if (isFile) await createIfMissing(path, files);
    const kv = await unlocked(() => databases.openKv(path));
    const store = new KvStore(kv);
    await store.ping();
    const exposed = isFile && await isExposed(path, files) ? path : null;
    return { store, exposed, close: () => kv.close() };
  } catch (cause) {
    const wayOut = "Name another with KV_PATH: a file in a folder that the server may write to";
    const message = `Cannot open the KV file ${path}: ${reasonOf(cause)}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

async function openRedisStore(place: RedisPlace, databases: Databases): Promise<OpenStore> {
  const { members, tls, username, password, database } = place;
  const redis = await databases.importRedis();
  let isUp = false;
  const settings: RedisSettings = {
    disableOfflineQueue: true,
    commandOptions: { timeout: undefined },
    // Of a Cluster, the members given are not all: password and TLS are for the others too.
    username,
    password,
    socket: {
      ...(tls && { tls, ...(members.length > 1 && await clusterIdentity(members, databases)) }),
      connectTimeout: CONNECT_TIMEOUT,
      // Down at start is a mistake to be told; down later is an outage to be sat out.
      reconnectStrategy: (attempts) => isUp && Math.min(50 * (attempts + 1), LONGEST_PAUSE),
    },
  };
  const [first, ...others] = members;
  const client = others.length === 0
    ? redis.createClient({ ...settings, database, socket: { ...settings.socket, ...first } })
    : redis.createCluster({
      rootNodes: members.map((socket) => ({ socket })),
      defaults: settings,
    });
  client.on("error", () => {}); // each request that suffers from it is logged
  try {
    await client.connect();
    const store = new RedisStore(client);
    await store.ping();
    isUp = true;
    return { store, exposed: null, close: () => client.destroy() };
  } catch (cause) {
    client.destroy();
    const wayOut = "Start it, or say where it is with REDIS_URL=redis://host:port";
    const message = `Cannot reach Redis at ${placeText(place)}: ${reasonOf(cause)}\n  ${wayOut}`;
    throw new StartError(message, 1, { cause });
  }
}

/**
 * Members of a Cluster name each other by IP address, unless told otherwise, and certificates are
 * for names: one for a host of `REDIS_URL` is as good as one for the address.
 */
async function clusterIdentity(
  members: RedisPlace["members"],
  databases: Databases,
): Promise<IdentityCheck> {
  const tls = await databases.importTls();
  return {
    checkServerIdentity(host, certificate) {
      const isKnown = members.some((named) => !tls.checkServerIdentity(named.host, certificate));
      return isKnown ? undefined : tls.checkServerIdentity(host, certificate);
    },
  };
}

async function createIfMissing(path: string, files: PrivateFiles): Promise<void> {
  try {
    await files.create(path, "");
  } catch (cause) {
    if (!isNamed(cause, "AlreadyExists")) throw cause;
  }
}

/** Node's errors for several addresses have no message of their own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
