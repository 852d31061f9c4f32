/** The examples that need another runtime than Deno, served by it. */
import { assertEquals } from "@std/assert";
import type { Check } from "./checks.ts";
import { bundle } from "./folder.ts";
import { visitorOf } from "./http_checks.ts";
import { workerConfig } from "./worker_config.ts";
import { BINARIES } from "./install.ts";
import { NEW_SECRET } from "./secrets.ts";
import { type Launch, Served } from "./served.ts";

async function counts(launch: Launch): Promise<void> {
  await using server = await Served.start(launch);
  const visitor = visitorOf(server.origin);
  for (const count of [1, 2, 3]) {
    const { text } = await visitor.get("/");
    assertEquals(/Count: (\d+)/.exec(text)?.[1], String(count), text);
  }
}

/** The checks by the name of the example. */
export const exampleChecks: Readonly<Record<string, Check>> = {
  "node_server.ts on Node": async () => {
    const path = await bundle("../examples/node_server.ts", "node_server.js", "deno");
    const environment = { PORT: "0", SESSION_SECRETS: NEW_SECRET };
    await counts({ program: BINARIES.node, args: [path], environment });
  },
  "cloudflare_worker.ts on workerd": async () => {
    await bundle("../examples/cloudflare_worker.ts", "cloudflare_worker.js");
    const config = await workerConfig("cloudflare_worker.js", { SESSION_SECRETS: NEW_SECRET });
    await counts({ program: BINARIES.workerd, args: ["serve", "--control-fd=1", config] });
  },
  "hono_middleware.ts on Bun": async () => {
    const path = await bundle("../examples/hono_middleware.ts", "hono_middleware.js");
    const host = await bundle("./hosts/bun.ts", "bun.js", "deno");
    await counts({ program: BINARIES.bun, args: ["run", host, path] });
  },
};
