/**
 * The limit: a server that answers with the same body and headers and does nothing else.
 * Arguments: port, response headers as JSON.
 */

import { page } from "../page.ts";

const [port, json = "[]"] = Deno.args;
const headers = new Headers(JSON.parse(json));
let count = 0;

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, () => {
  return new Response(page(++count), { headers });
});
