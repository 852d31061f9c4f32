import { CookieStore } from "../session/cookie_store.ts";
import type { SessionStore } from "../session/store.ts";
import { type KvClient, KvStore } from "../stores/kv.ts";
import { type RedisClient, RedisStore } from "../stores/redis.ts";
import { retryWhileLocked } from "../stores/retry_locked.ts";
import { isExposed, isNamed, type PrivateFiles, StartError } from "./secrets.ts";

/** An open store. */
export interface OpenStore {
  readonly store: SessionStore;
  /** A file with sessions that others than its owner may read; null: none. */
  readonly exposed: string | null;
  /** Closes connections and files. */
  close(): void;
}

/** A host name or IP address, without brackets, and a port. */
export interface RedisMember {
  readonly host: string;
  readonly port: number;
}

/** How Redis is reached: what `REDIS_URL` says. */
export interface RedisPlace {
  /** One server, or several members of a Cluster, which name the others. */
  readonly members: readonly [RedisMember, ...RedisMember[]];
  /** Whether every connection is encrypted, also those to members that are discovered. */
  readonly tls: boolean;
  readonly username: string | undefined;
  /** Never to be printed. */
  readonly password: string | undefined;
  /** The number of the database; 0 in a Cluster. */
  readonly database: number;
}

/** The part of the configuration that names the store. */
export interface StoreConfig {
  readonly store: "cookie" | "kv" | "redis";
  readonly kvPath: string;
  readonly redis: RedisPlace;
}

/** Node's check of certificates: what is wrong with one for a host, or undefined. */
export interface IdentityCheck {
  checkServerIdentity(host: string, certificate: object): Error | undefined;
}

/** What the store needs of the machine. */
export interface Databases {
  readonly files: PrivateFiles;
  openKv(path: string): Promise<KvClient & { close(): void }>;
  /** Loads node-redis, which no other store has to wait for. */
  importRedis(): Promise<NodeRedis>;
  /** Loads Node's check of certificates. */
  importTls(): Promise<IdentityCheck>;
}

/** A client of node-redis, or of a Cluster. */
export interface RedisConnection extends RedisClient {
  on(event: "error", listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** Options of node-redis. */
export interface RedisSettings {
  /** Commands fail while there is no connection, instead of waiting for one. */
  readonly disableOfflineQueue: true;
  /** The client's own limit makes a timer for every command; the store has one for all. */
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

/** What node-redis exports. */
export interface NodeRedis {
  createClient(
    options: RedisSettings & { database: number; socket: RedisSocket & RedisMember },
  ): RedisConnection;
  createCluster(options: {
    rootNodes: { socket: RedisMember }[];
    defaults: RedisSettings;
  }): RedisConnection;
}

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
  { store, kvPath, redis }: StoreConfig,
  secrets: readonly string[],
  databases: Databases,
): OpenStore | Promise<OpenStore> {
  switch (store) {
    case "cookie":
      return { store: new CookieStore({ secrets }), exposed: null, close() {} };
    case "kv":
      return openKvStore(kvPath, databases);
    case "redis":
      return openRedisStore(redis, databases);
  }
}

async function openKvStore(path: string, databases: Databases): Promise<OpenStore> {
  const { files } = databases;
  try {
    const isFile = path !== ":memory:" && !/^https?:/.test(path);
    // SQLite would make a file that all may read; its companions get the mode that it has.
    if (isFile) {
      await files.create(path, "").catch((cause) => {
        if (!isNamed(cause, "AlreadyExists")) throw cause;
      });
    }
    const kv = await retryWhileLocked(() => databases.openKv(path));
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
  const { members: [first, ...others], tls, username, password, database } = place;
  const isCluster = others.length > 0;
  const redis = await databases.importRedis();
  let isUp = false;
  const settings: RedisSettings = {
    disableOfflineQueue: true,
    commandOptions: { timeout: undefined },
    // Not only for the members given: a Cluster names others, which want password and TLS too.
    username,
    password,
    socket: {
      ...(tls && { tls, ...(isCluster && await clusterIdentity(place, databases)) }),
      connectTimeout: CONNECT_TIMEOUT,
      // A Redis that is down at start is a mistake to report; later it is an outage to sit out.
      reconnectStrategy: (attempts) => isUp && Math.min(50 * (attempts + 1), LONGEST_PAUSE),
    },
  };
  const client = isCluster
    ? redis.createCluster({
      rootNodes: [first, ...others].map((socket) => ({ socket })),
      defaults: settings,
    })
    : redis.createClient({ ...settings, database, socket: { ...settings.socket, ...first } });
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
 * Accepts a certificate for a host of `REDIS_URL` from every member of a Cluster: members name each
 * other by IP address, and certificates are for names.
 */
async function clusterIdentity(
  { members }: RedisPlace,
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

/** The reason of an error; Node's errors for several addresses have no message of their own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** Writes hosts and ports, nothing secret. */
export function placeText({ members }: RedisPlace): string {
  return members.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`)
    .join(", ");
}
