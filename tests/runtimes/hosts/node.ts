/**
 * Serves a module in Node: `node node.js MODULE`. Its default export is what Deno, Bun and workers
 * serve by themselves.
 *
 * @module
 */

import { serve } from "@hono/node-server";
import process from "node:process";

const { default: app } = await import(process.argv[2] ?? "");

// With the adapter's own `Request` and `Response`, its default: they differ from the standard's in
// that a response keeps the very `Headers` it is given.
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  console.log(`listening on http://127.0.0.1:${port}`);
});
