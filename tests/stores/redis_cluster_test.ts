import { assert } from "@std/assert";
import { RedisStore } from "../../src/stores/redis.ts";
import { contract, type Place } from "./contract.ts";
import { RedisCluster } from "./redis_cluster.ts";
import { hasRedis } from "./redis_server.ts";
import { keep, recordOf } from "./sample.ts";

const ignore = !hasRedis();
let cluster: RedisCluster;

Deno.test.beforeAll(async () => {
  if (!ignore) cluster = await RedisCluster.start();
});
Deno.test.afterAll(async () => {
  if (!ignore) await cluster[Symbol.asyncDispose]();
});

/** What strings the cluster holds. */
async function dump(client: Awaited<ReturnType<RedisCluster["connect"]>>): Promise<string> {
  const keys = (await cluster.everywhere("KEYS", "*")).match(/satchel:\S+/g) ?? [];
  const values = keys.filter((key) => !key.includes(":owner:")).map((key) => client.get(key));
  return [...keys, ...await Promise.all(values)].join("\n");
}

contract("RedisStore on a Cluster", async (): Promise<Place> => {
  await cluster.everywhere("FLUSHALL");
  const client = await cluster.connect();
  return {
    open: (options) => new RedisStore(client, options),
    dump: () => dump(client),
    [Symbol.asyncDispose]: () => Promise.resolve(client.destroy()),
  };
}, { ignore });

Deno.test("RedisStore() spreads sessions over a Cluster", { ignore }, async () => {
  await cluster.everywhere("FLUSHALL");
  const client = await cluster.connect();
  try {
    const store = new RedisStore(client);
    await Promise.all(Array.from({ length: 90 }, () => keep(store, recordOf(1))));
    const sizes = (await cluster.everywhere("DBSIZE")).match(/\d+/g)?.map(Number) ?? [];
    assert(sizes.every((size) => size > 10), sizes.join(", "));
  } finally {
    client.destroy();
  }
});
