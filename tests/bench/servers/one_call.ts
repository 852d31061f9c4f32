/**
 * The limit of every session that WebCrypto seals: the same answer after one encryption, or after
 * one decryption and one encryption, and nothing else. Arguments: port, response headers as JSON,
 * `encrypt` or `both`.
 */

import { page } from "../page.ts";

const [port, json = "[]", calls = "encrypt"] = Deno.args;
const headers: [name: string, value: string][] = JSON.parse(json);
const key = await crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), "AES-GCM", false, [
  "encrypt",
  "decrypt",
]);
const nonce = new Uint8Array(12);
const additionalData = new Uint8Array(20);
const algorithm = { name: "AES-GCM", iv: nonce, additionalData };
const record = new TextEncoder().encode(`[{"counter":12345},[],null,1795000000,1795000000,null]`);
let sealed = await crypto.subtle.encrypt(algorithm, key, record);
let count = 0;

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, async () => {
  if (calls === "both") await crypto.subtle.decrypt(algorithm, key, sealed);
  sealed = await crypto.subtle.encrypt(algorithm, key, record);
  const response = new Response(page(++count));
  // One by one is what costs least: a third of what any form of `headers` for `Response` does.
  for (const [name, value] of headers) response.headers.set(name, value);
  return response;
});
