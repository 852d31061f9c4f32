/**
 * Runs one bundle of the library and the demo on Deno, Node, Bun and workerd, and checks that all of
 * them do the same.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { countIn } from "../support/browser.ts";
import { checkBinary } from "./binary_check.ts";
import { faultOf, type Outcome } from "./checks.ts";
import { exampleChecks } from "./example_checks.ts";
import { bundle } from "./folder.ts";
import { httpChecks, visitorOf } from "./http_checks.ts";
import { BINARIES, installRuntimes } from "./install.ts";
import { Report } from "./report.ts";
import { type Launch, Served } from "./served.ts";
import versions from "./versions.json" with { type: "json" };
import { workerConfig } from "./worker_config.ts";

/** How each runtime serves the bundle. */
async function launches(): Promise<Record<string, Launch>> {
  const app = await bundle("./app.ts", "app.js");
  const node = await bundle("./hosts/node.ts", "node.js", "deno");
  const bun = await bundle("./hosts/bun.ts", "bun.js", "deno");
  const worker = await workerConfig("app.js");
  return {
    [`Deno ${Deno.version.deno}`]: {
      program: Deno.execPath(),
      args: ["serve", "--no-prompt", "--no-config", "--host=127.0.0.1", "--port=0", app],
    },
    [`Node ${versions.node}`]: { program: BINARIES.node, args: [node, app] },
    [`Bun ${versions.bun}`]: { program: BINARIES.bun, args: ["run", bun, app] },
    [`workerd ${versions.workerd}`]: {
      program: BINARIES.workerd,
      args: ["serve", "--control-fd=1", worker],
    },
  };
}

/** A cookie that one server sealed is read by another one, and the other way round. */
async function handOver(from: Served, to: Served): Promise<void> {
  const visitor = visitorOf(from.origin);
  assertEquals(countIn(await visitor.get("/")), 1);
  assertEquals(countIn(await visitorOf(to.origin, visitor.jar).get("/howdy")), 2);
  assertEquals(countIn(await visitor.get("/")), 3);
}

const report = new Report();
await installRuntimes();
await using stack = new AsyncDisposableStack();
const servers = new Map<string, Served>();
for (const [name, launch] of Object.entries(await launches())) {
  const fault = await faultOf(async () => {
    servers.set(name, stack.use(await Served.start(launch)));
  });
  report.add("starts", name, fault);
}

for (const [name, server] of servers) {
  const ran = await faultOf(async () => {
    const inside: Outcome[] = await (await fetch(`${server.origin}/conformance`)).json();
    for (const outcome of inside) report.add(`inside: ${outcome.name}`, name, outcome.fault);
  });
  if (ran !== null) report.add("inside", name, ran);
  for (const [check, run] of Object.entries(httpChecks(server.origin))) {
    report.add(`http: ${check}`, name, await faultOf(run));
  }
  for (const [sealer, from] of servers) {
    report.add(`sealed by ${sealer}`, name, await faultOf(() => handOver(from, server)));
  }
}
for (const [name, run] of Object.entries(exampleChecks)) {
  const [example = name, runtime = ""] = name.split(" on ");
  const column = [...servers.keys()].find((key) => key.startsWith(runtime)) ?? runtime;
  report.add(`example: ${example}`, column, await faultOf(run));
}

let untested: string | null = null;
const fault = await faultOf(async () => untested = await checkBinary());
if (untested !== null) console.log(`The binary is not tested: ${untested}`);
else report.add("deno compile", [...servers.keys()][0] ?? "", fault);

console.log(report.toString());
if (!report.passed) Deno.exitCode = 1;
