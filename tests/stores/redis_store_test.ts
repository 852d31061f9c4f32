import { SessionStoreError } from "@satchel/satchel";
import { RedisStore } from "@satchel/satchel/stores/redis";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { has } from "../support/has.ts";
import { Visitor } from "../support/browser.ts";
import { sessionsIn } from "../support/sessions.ts";
import { testContract } from "./contract.ts";
import { clientOf, RedisServer } from "./redis_server.ts";
import { counter, find, keep, pause, recordOf, rejection, writeOf } from "./sample.ts";

const ignore = !has("redis-server");
let server: RedisServer;
let shared: ReturnType<typeof clientOf>;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  server = await RedisServer.start();
  shared = clientOf(server.url);
  await shared.connect();
});
Deno.test.afterAll(async () => {
  if (ignore) return;
  shared.destroy();
  await server[Symbol.asyncDispose]();
});

/** The connection of this file, after all data is wiped. */
async function wiped(): Promise<typeof shared> {
  await shared.flushAll();
  return shared;
}

async function dump(): Promise<string> {
  const lines = (await shared.keys("*")).map(async (key) => {
    const type = await shared.type(key);
    if (type === "string") return [key, await shared.get(key)];
    if (type === "hash") return [key, await shared.hGetAll(key)];
    return [key, await shared.zRange(key, 0, -1)];
  });
  return JSON.stringify((await Promise.all(lines)).sort());
}

testContract("RedisStore", { open: () => new RedisStore(shared), dump }, { ignore });

Deno.test("RedisStore() lets Redis forget what has had its time", { ignore }, async () => {
  const client = await wiped();
  const store = new RedisStore(client);
  const id = await keep(store, recordOf(1, "ann"), { lifetime: 1 });
  for (const key of await client.keys("*")) assert(await client.pTTL(key) > 0, key);
  await pause(1100);
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("RedisStore() keeps what never expires", { ignore }, async () => {
  const client = await wiped();
  const store = new RedisStore(client);
  for (const lifetime of [1, null]) await keep(store, recordOf(1, "ann"), { lifetime });
  const lists = await client.keys("*:owner:*");
  assertEquals(lists.length, 3);
  for (const key of lists) assertEquals(await client.pTTL(key), -1);
});

Deno.test("RedisStore() throws ended sessions out of a list", { ignore }, async () => {
  const client = await wiped();
  const store = new RedisStore(client, { prefix: "shop" });
  await keep(store, recordOf(1, "ann"));
  const [ends = ""] = await client.keys("shop:owner:*:ends");
  await client.zAdd(ends, { value: "gone", score: 1 });
  await client.zAdd(ends.replace("ends", "names"), { value: "gone", score: 0 });
  await client.hSet(ends.replace("ends", "texts"), "gone", "x");
  await keep(store, recordOf(2, "ann"));
  assertEquals((await client.hKeys(ends.replace("ends", "texts"))).length, 2);
  for (const part of ["names", "ends"]) {
    assertEquals(await client.zScore(ends.replace("ends", part), "gone"), null);
  }
});

Deno.test("RedisStore() sends its scripts to a Redis that forgot them", { ignore }, async () => {
  const client = await wiped();
  const store = new RedisStore(client);
  const id = await keep(store, recordOf(1));
  await client.scriptFlush();
  const loaded = await find(store, id);
  assertEquals(await store.save(writeOf(recordOf(2), { value: id, loaded })), id);
  assertEquals(await counter(store, id), 2);
});

Deno.test("RedisStore() makes one call to load and one to save", { ignore }, async () => {
  const client = await wiped();
  const store = new RedisStore(client);
  const id = await keep(store, recordOf(1));
  const calls = async (): Promise<number> => {
    return Number(/total_commands_processed:(\d+)/.exec(await client.info("stats"))?.[1]);
  };
  const before = await calls();
  const loaded = await find(store, id);
  await store.save(writeOf(recordOf(2), { value: id, loaded }));
  // GET, EVALSHA with GETRANGE and SET inside, and the INFO that counts.
  assertEquals(await calls() - before, 5);
});

Deno.test(
  "RedisStore() lets visitors read while Redis is full or read-only",
  { ignore },
  async () => {
    await using other = await RedisServer.start();
    using client = Object.assign(clientOf(other.url), {
      [Symbol.dispose]: () => client.destroy(),
    });
    await client.connect();
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const visitor = new Visitor(sessionsIn(new RedisStore(client), { renewAfter: 0, onError }));
    await visitor.visit((session) => void session.set("a", 1));
    for (
      const [breakIt, mendIt] of [
        ["CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"],
        ["REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"],
      ] as const
    ) {
      await other.command(...breakIt.split(" "));
      assertEquals(await visitor.read((session) => session.get("a")), 1);
      const change = () => visitor.visit((session) => void session.set("a", 1));
      await assertRejects(change, SessionStoreError, "redis store");
      await other.command(...mendIt.split(" "));
      await change();
    }
    assertEquals(errors.map((error) => error instanceof SessionStoreError), [true, true]);
  },
);

Deno.test("RedisStore() is down with Redis and up with it again", { ignore }, async () => {
  await using other = await RedisServer.start({ flags: ["--appendonly", "yes"] });
  using client = Object.assign(clientOf(other.url), {
    [Symbol.dispose]: () => client.destroy(),
  });
  await client.connect();
  const store = new RedisStore(client, { timeout: 300 });
  const id = await keep(store, recordOf(1));
  await other.command("WAITAOF", "1", "0", "1000");

  other.freeze();
  const began = performance.now();
  await assertRejects(() => store.ping(), SessionStoreError, "no answer within 300 ms");
  assert(performance.now() - began < 1500);
  other.thaw();
  assertEquals(await counter(store, id), 1);

  await other.kill();
  await assertRejects(() => find(store, id), SessionStoreError, "Cannot reach the redis store");
  await assertRejects(() => keep(store, recordOf(1)), SessionStoreError);
  await assertRejects(() => store.destroy(id, "session"), SessionStoreError);
  await assertRejects(() => store.ping(), SessionStoreError);
  await other.start();
  for (let attempt = 0; attempt < 100 && !client.isReady; attempt++) await pause(20);
  assertEquals(await counter(store, id), 1);
});
