import { assert, assertEquals, assertRejects } from "@std/assert";
import { SessionStoreError } from "../../src/session/errors.ts";
import { RedisStore } from "../../src/stores/redis.ts";
import { contract, type Place } from "./contract.ts";
import { clientOf, hasRedis, RedisServer } from "./redis_server.ts";
import { counter, end, find, keep, recordOf, refusal, writeOf } from "./sample.ts";

const ignore = !hasRedis();
let server: RedisServer;

Deno.test.beforeAll(async () => {
  if (!ignore) server = await RedisServer.start();
});
Deno.test.afterAll(async () => {
  if (!ignore) await server[Symbol.asyncDispose]();
});

/** A connection to the Redis of this file, with its data wiped. */
async function connect() {
  const client = clientOf(server.url);
  await client.connect();
  await client.flushAll();
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}

async function dump(client: Awaited<ReturnType<typeof connect>>): Promise<string> {
  let text = "";
  for (const key of await client.keys("*")) {
    text += `${key} `;
    const type = await client.type(key);
    if (type === "string") text += await client.get(key);
    if (type === "hash") text += JSON.stringify(await client.hGetAll(key));
    if (type === "zset") text += (await client.zRange(key, 0, -1)).join(" ");
    text += "\n";
  }
  return text;
}

contract("RedisStore", async (): Promise<Place> => {
  const client = await connect();
  return {
    open: (options) => new RedisStore(client, options),
    dump: () => dump(client),
    [Symbol.asyncDispose]: () => Promise.resolve(client.destroy()),
  };
}, { ignore });

Deno.test("RedisStore() lets Redis forget what has had its time", { ignore }, async () => {
  using client = await connect();
  const store = new RedisStore(client);
  const id = String(await store.save(writeOf(recordOf(1, "ann"), { lifetime: 1 })));
  for (const key of await client.keys("*")) assert(await client.pTTL(key) > 0, key);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assertEquals(await refusal(store, id), "unknown id");
});

Deno.test("RedisStore() keeps what never expires", { ignore }, async () => {
  using client = await connect();
  const store = new RedisStore(client);
  await store.save(writeOf(recordOf(1, "ann"), { lifetime: 1 }));
  await store.save(writeOf(recordOf(1, "ann"), { lifetime: null }));
  const lists = await client.keys("*:owner:*");
  assertEquals(lists.length, 3);
  for (const key of lists) assertEquals(await client.pTTL(key), -1);
});

Deno.test("RedisStore() throws ended sessions out of a list", { ignore }, async () => {
  using client = await connect();
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

Deno.test(
  "RedisStore() sends its scripts again to a Redis that forgot them",
  { ignore },
  async () => {
    using client = await connect();
    const store = new RedisStore(client);
    const id = await keep(store, recordOf(1));
    await client.scriptFlush();
    const loaded = await find(store, id);
    assertEquals(await store.save(writeOf(recordOf(2), { value: id, loaded })), id);
    assertEquals(await counter(store, id), 2);
  },
);

Deno.test("RedisStore() makes one call to load and one to save", { ignore }, async () => {
  using client = await connect();
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
  await assertRejects(() => end(store, id), SessionStoreError);
  await assertRejects(() => store.ping(), SessionStoreError);
  await other.start();
  for (let attempt = 0; attempt < 100; attempt++) {
    if (client.isReady) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(await counter(store, id), 1);
});
