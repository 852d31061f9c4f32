/**
 * The limit of a session on the server: the same answer after one read and one compare-and-set of
 * a key through the same client, and nothing else. Each request has one of a hundred keys.
 * Arguments: port, response headers as JSON, location of the store.
 */

import { page } from "../page.ts";
import { connectRedis } from "./bench_store.ts";

const [port, json = "[]", location = ""] = Deno.args;
const headers = new Headers(JSON.parse(json));
const value = "A value as long as a sealed session. ".repeat(4);
const KEYS = 100;
const readAndWrite = location.startsWith("redis:") ? await redisAccess() : await kvAccess();
let count = 0;

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, async () => {
  const own = ++count;
  await readAndWrite(`limit:${own % KEYS}`);
  return new Response(page(own), { headers });
});

async function redisAccess(): Promise<(key: string) => Promise<unknown>> {
  const client = await connectRedis(location);
  const script = await client.scriptLoad(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] and ARGV[1] ~= '' then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', 1200000)
return 1`);
  return async (key) => {
    const found = await client.get(key);
    await client.evalSha(script, { keys: [key], arguments: [found ?? "", value] });
  };
}

async function kvAccess(): Promise<(key: string) => Promise<unknown>> {
  const kv = await Deno.openKv(location);
  const bytes = new TextEncoder().encode(value);
  return async (key) => {
    const found = await kv.get([key]);
    await kv.atomic().check(found).set([key], bytes, { expireIn: 1_200_000 }).commit();
  };
}
