/**
 * The limit of a session on the server: the same answer after one read and one compare-and-set of
 * a key through the same client, and nothing else but one encryption where that is asked for. Each
 * request has one of a hundred keys. Arguments: port, response headers as JSON, location of the
 * store, `encrypt` or nothing.
 */

import { page } from "../page.ts";
import { connectRedis } from "./bench_store.ts";

const [port, json = "[]", location = "", calls = ""] = Deno.args;
const headers: [name: string, value: string][] = JSON.parse(json);
const value = "A value as long as a sealed session. ".repeat(4);
const KEYS = 100;
const readAndWrite = location.startsWith("redis:") ? await redisAccess() : await kvAccess();
const key = await crypto.subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, ["encrypt"]);
const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
const plaintext = new TextEncoder().encode(value.slice(0, 60));
let count = 0;

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, async () => {
  const own = ++count;
  if (calls === "encrypt") await crypto.subtle.encrypt(algorithm, key, plaintext);
  await readAndWrite(`limit:${own % KEYS}`);
  const response = new Response(page(own));
  for (const [name, value] of headers) response.headers.set(name, value);
  return response;
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
