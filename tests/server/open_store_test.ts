import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type Databases,
  type OpenStore,
  openStore,
  type RedisConnection,
  type RedisSettings,
} from "../../src/server/open_store.ts";
import { StartError } from "../../src/server/secrets.ts";
import { CookieStore } from "../../src/session/cookie_store.ts";
import { recordOf, writeOf } from "../stores/sample.ts";
import { configOf, FakeFiles, SECRET_A } from "./fake_environment.ts";
import { temporaryFolder } from "./server_process.ts";
import { testWith } from "../support/has.ts";

const test = testWith("files");

/** Databases that record how they are opened, and answer or not. */
class FakeDatabases implements Databases {
  readonly calls: string[] = [];
  settings: RedisSettings | undefined;
  failure: Error | null = null;

  readonly files = new FakeFiles();

  openKv(): Promise<never> {
    return Promise.reject(this.failure ?? new Error("no such file"));
  }

  /** A certificate is right for the host that it names. */
  importTls(): ReturnType<Databases["importTls"]> {
    return Promise.resolve({
      checkServerIdentity: (host, certificate) =>
        Reflect.get(certificate, "host") === host ? undefined : new Error(`not for ${host}`),
    });
  }

  importRedis(): ReturnType<Databases["importRedis"]> {
    const note = (what: string) => (): Promise<null> => {
      this.calls.push(what);
      return what === "connect" && this.failure !== null
        ? Promise.reject(this.failure)
        : Promise.resolve(null);
    };
    const connection: RedisConnection = {
      on: () => undefined,
      connect: note("connect"),
      destroy: note("destroy"),
      get: note("get"),
      eval: note("eval"),
      evalSha: note("evalSha"),
      ping: note("ping"),
    };
    return Promise.resolve({
      createClient: ({ database, ...settings }): RedisConnection => {
        const { host, port } = settings.socket;
        this.calls.push(`client ${host}:${port}/${database}`);
        this.settings = settings;
        return connection;
      },
      createCluster: ({ rootNodes, defaults }): RedisConnection => {
        this.calls.push(
          `cluster ${rootNodes.map(({ socket }) => `${socket.host}:${socket.port}`).join(" ")}`,
        );
        this.settings = defaults;
        return connection;
      },
    });
  }
}

async function open(
  environment: Record<string, string>,
  databases: FakeDatabases,
): Promise<OpenStore> {
  return await openStore(configOf(environment), [SECRET_A], databases);
}

Deno.test("openStore() makes the cookie store of the secrets, and needs no database", async () => {
  const { store, close } = await open({}, new FakeDatabases());
  assertInstanceOf(store, CookieStore);
  close();
});

Deno.test("openStore() connects to one Redis, and closes the connection", async () => {
  const databases = new FakeDatabases();
  const REDIS_URL = "redis://ann:h%75sh@127.0.0.1:6380/2";
  const { store, close } = await open({ SESSION_STORE: "redis", REDIS_URL }, databases);
  assertEquals(store.name, "redis");
  close();
  assertEquals(databases.calls, ["client 127.0.0.1:6380/2", "connect", "ping", "destroy"]);
  assertEquals([databases.settings?.username, databases.settings?.password], ["ann", "hush"]);
  assertEquals(databases.settings?.disableOfflineQueue, true);
});

Deno.test("openStore() connects to a Cluster by several addresses", async () => {
  const databases = new FakeDatabases();
  const REDIS_URL = "redis://127.0.0.1:7001, redis://127.0.0.1:7002";
  await open({ SESSION_STORE: "redis", REDIS_URL }, databases);
  assertEquals(databases.calls[0], "cluster 127.0.0.1:7001 127.0.0.1:7002");
});

Deno.test("openStore() encrypts the connections to all members of a Cluster, discovered ones too", async () => {
  const databases = new FakeDatabases();
  const REDIS_URL = "rediss://:hush@shop.example:7001,rediss://:hush@shop.example:7002";
  await open({ SESSION_STORE: "redis", REDIS_URL }, databases);
  const { password, socket } = databases.settings ?? {};
  assertEquals([password, socket?.tls], ["hush", true]); // of the defaults, which hold for all
  // Members name each other by address; a certificate for the name that was given is as good.
  const check = socket?.tls ? socket.checkServerIdentity : undefined;
  assertEquals(check?.("10.0.0.7", { host: "shop.example" }), undefined);
  assertEquals(check?.("10.0.0.7", { host: "10.0.0.7" }), undefined);
  assertEquals(check?.("10.0.0.7", { host: "evil.example" })?.message, "not for 10.0.0.7");
});

Deno.test("openStore() encrypts the connection to one Redis, and leaves certificates to Node", async () => {
  const databases = new FakeDatabases();
  await open({ SESSION_STORE: "redis", REDIS_URL: "rediss://shop.example" }, databases);
  const { socket } = databases.settings ?? {};
  assertEquals(socket?.tls && "checkServerIdentity" in socket, false);
  assertEquals(socket?.tls, true);
});

test("openStore() makes a KV file that its owner alone may read, and tells of one that others may", async () => {
  const folder = temporaryFolder();
  const path = `${folder.path}/kv.sqlite`;
  const files = {
    read: (path: string) => Deno.readTextFile(path),
    create: (path: string, text: string) =>
      Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 }),
    mode: async (path: string) => (await Deno.stat(path)).mode,
  };
  const databases = Object.assign(new FakeDatabases(), {
    files,
    openKv: (path: string) => Deno.openKv(path),
  });
  const environment = { SESSION_STORE: "kv", KV_PATH: path };
  const first = await open(environment, databases as unknown as FakeDatabases);
  const session = await first.store.save(writeOf(recordOf(1)));
  assert(session);
  assertEquals(first.exposed, null);
  const modes = Array.from(Deno.readDirSync(folder.path), ({ name }) => {
    return (Deno.statSync(`${folder.path}/${name}`).mode ?? 0) & 0o777;
  });
  assert(modes.length >= 2, "SQLite's companions were not looked at");
  assertEquals(new Set(modes), new Set([0o600]));
  first.close();
  Deno.chmodSync(path, 0o644);
  const second = await open(environment, databases as unknown as FakeDatabases);
  assertEquals(second.exposed, path);
  second.close();
  folder[Symbol.dispose]();
});

Deno.test("openStore() gives up on a Redis that is down at the start, not later", async () => {
  const databases = new FakeDatabases();
  databases.failure = new AggregateError([new Error("connect ECONNREFUSED")]);
  const environment = { SESSION_STORE: "redis", REDIS_URL: "redis://:hush@127.0.0.1:6380" };
  const error = await assertRejects(
    () => open(environment, databases),
    StartError,
    "Cannot reach Redis at 127.0.0.1:6380: connect ECONNREFUSED",
  );
  assertEquals([error.status, error.message.includes("hush")], [1, false]);
  assertEquals(databases.calls.at(-1), "destroy");
  const retry = databases.settings?.socket.reconnectStrategy;
  assertEquals(retry?.(0), false);

  databases.failure = null;
  await open(environment, databases);
  const later = databases.settings?.socket.reconnectStrategy;
  assertEquals([later?.(0), later?.(1), later?.(1000)], [50, 100, 1000]);
});

Deno.test("openStore() says which KV file cannot be opened", async () => {
  const environment = { SESSION_STORE: "kv", KV_PATH: "missing/kv.sqlite" };
  const error = await assertRejects(() => open(environment, new FakeDatabases()), StartError);
  assert(error.message.startsWith("Cannot open the KV file missing/kv.sqlite: no such file\n"));
});

Deno.test("openStore() opens no KV file that does not answer", async () => {
  const get = () => Promise.reject(new Error("disk I/O error"));
  const openKv = () => Promise.resolve({ get, close() {} });
  const databases = Object.assign(new FakeDatabases(), { openKv }) as unknown as FakeDatabases;
  const message = "Cannot reach the kv store: disk I/O error";
  const environment = { SESSION_STORE: "kv", KV_PATH: ":memory:" };
  await assertRejects(() => open(environment, databases), StartError, message);
});
