import { RedisStore } from "@satchel/satchel/stores/redis";
import { assert } from "@std/assert";
import { has } from "../support/has.ts";
import { testContract } from "./contract.ts";
import { RedisCluster } from "./redis_cluster.ts";
import { inParallel, keep, recordOf } from "./sample.ts";

const ignore = !has("redis-server");
let cluster: RedisCluster;
let client: Awaited<ReturnType<RedisCluster["connect"]>>;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  cluster = await RedisCluster.start();
  client = await cluster.connect();
});
Deno.test.afterAll(async () => {
  if (ignore) return;
  client.destroy();
  await cluster[Symbol.asyncDispose]();
});

/** The keys and the strings that the cluster holds. */
async function dump(): Promise<string> {
  const keys = (await cluster.everywhere("KEYS", "*")).match(/satchel:\S+/g) ?? [];
  const values = keys.filter((key) => !key.includes(":owner:")).map((key) => client.get(key));
  return [...keys, ...await Promise.all(values)].sort().join("\n");
}

testContract("RedisStore on a Cluster", { open: () => new RedisStore(client), dump }, { ignore });

Deno.test("RedisStore() spreads sessions over a Cluster", { ignore }, async () => {
  await cluster.everywhere("FLUSHALL");
  const store = new RedisStore(client);
  await inParallel(90, () => keep(store, recordOf(1)));
  const sizes = (await cluster.everywhere("DBSIZE")).match(/\d+/g)?.map(Number) ?? [];
  assert(sizes.every((size) => size > 10), sizes.join(", "));
});
