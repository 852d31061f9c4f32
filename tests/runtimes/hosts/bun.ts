/**
 * Serves a module in Bun, which takes its default export: `bun bun.js MODULE`. Only the address is
 * added, for Bun would listen on all of the machine's.
 *
 * @module
 */

import process from "node:process";

const { default: app } = await import(process.argv[2] ?? "");

export default { fetch: app.fetch, hostname: "127.0.0.1", port: 0 };
