/**
 * `deno task bench`: starts every contestant, puts it under load and compares. See `--help`.
 *
 * @module
 */

import { soak } from "../soak/soak.ts";
import { compareWith } from "./against.ts";
import { type Contestant, contestants } from "./contestants.ts";
import { cookieBytesChecks } from "./cookie_bytes.ts";
import { Databases } from "./databases.ts";
import { measureGrowth } from "./growth.ts";
import { microChecks, microRows, runMicroBenches } from "./micro.ts";
import { type BenchOptions, benchOptions, HELP } from "./options.ts";
import { hasPyramid, installPeers } from "./peers.ts";
import { ratios } from "./ratios.ts";
import { checkTable, machine, ratioTable, resultTable, table, writeFormatted } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { satchelHeaders } from "./satchel_headers.ts";
import { startUpChecks } from "./start_up.ts";
import { tailChecks } from "./tail.ts";

async function main(): Promise<void> {
  const options = benchOptions(Deno.args);
  if (options === null) return console.log(HELP);
  if (options.soak) return await soak(options);
  await installPeers();
  if (options.against !== null) return await compareWith(options.against, options);
  await (options.growth ? measureGrowth(options) : compare(options));
}

async function compare(options: BenchOptions): Promise<void> {
  await using databases = await Databases.start();
  const chosen = await choose(options.only, databases.stores);
  const results = await runRounds(chosen, options);
  const reached = ratios(results);
  const micro = await runMicroBenches(options.quick ? 1 : 3);
  const checks = [
    ...microChecks(micro),
    ...await tailChecks(chosen, options),
    ...await startUpChecks(options),
    ...await cookieBytesChecks(),
  ];
  const text = [
    "# Results",
    `Medians of ${options.rounds} rounds (smallest–largest), ${options.connections} connections, ` +
    `one core for the server and one for the client. ${await machine()}.`,
    resultTable(chosen, results),
    "Each ratio is that of the same round.",
    ratioTable(chosen, reached),
    checkTable(checks),
    "The parts by themselves (three quarters of the iterations took less):",
    table(["part", "µs"], microRows(micro)),
  ].join("\n\n");
  console.log(text);
  if (options.quick) return;
  await writeFormatted({
    "results.md": text + "\n",
    "results.json": JSON.stringify({
      measuredAt: new Date().toISOString(),
      machine: await machine(),
      options,
      results: Object.fromEntries(results),
      ratios: reached,
      checks,
      microNanoseconds: Object.fromEntries(micro),
    }),
  });
}

async function choose(
  only: readonly string[],
  stores: ReadonlyMap<string, string>,
): Promise<Contestant[]> {
  const withPyramid = await hasPyramid();
  if (!withPyramid) {
    console.error("Pyramid is left out: apt install python3-pyramid python3-waitress");
  }
  const all = contestants(await satchelHeaders(), { hasPyramid: withPyramid, stores });
  const unknown = only.filter((name) => !all.some((contestant) => contestant.name === name));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot run ${unknown.join(", ")}: the contestants are ${names}`);
  }
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
