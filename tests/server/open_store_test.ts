import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type Databases,
  type OpenStore,
  openStore,
  type RedisConnection,
  type RedisSettings,
} from "../../src/server/open_store.ts";
import { StartError } from "../../src/server/start_error.ts";
import { CookieStore } from "../../src/session/cookie_store.ts";
import { configOf, SECRET_A } from "./fake_environment.ts";

/** Databases that record how they are opened, and answer or not. */
class FakeDatabases implements Databases {
  readonly calls: string[] = [];
  settings: RedisSettings | undefined;
  failure: Error | null = null;

  openKv(): Promise<never> {
    return Promise.reject(this.failure ?? new Error("no such file"));
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
      createClient: ({ url, ...settings }): RedisConnection => {
        this.calls.push(`client ${url}`);
        this.settings = settings;
        return connection;
      },
      createCluster: ({ rootNodes, defaults }): RedisConnection => {
        this.calls.push(`cluster ${rootNodes.map(({ url }) => url).join(" ")}`);
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
  assertEquals(databases.calls, [`client ${REDIS_URL}`, "connect", "ping", "destroy"]);
  assertEquals([databases.settings?.username, databases.settings?.password], ["ann", "hush"]);
  assertEquals(databases.settings?.disableOfflineQueue, true);
});

Deno.test("openStore() connects to a Cluster by several addresses", async () => {
  const databases = new FakeDatabases();
  const REDIS_URL = "redis://127.0.0.1:7001, redis://127.0.0.1:7002";
  await open({ SESSION_STORE: "redis", REDIS_URL }, databases);
  assertEquals(databases.calls[0], "cluster redis://127.0.0.1:7001 redis://127.0.0.1:7002");
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
