/**
 * Runs what has to pass before a change is done: `deno task ok`, or some of it: `deno task ok doc`.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { isEveryFileIn } from "./every_file_loaded.ts";

const FOLDER = "coverage";
const INCLUDED = ["src/", "views/", "main.ts"].map((path) => `--include=${Deno.cwd()}/${path}`);

/** What there is to run, in order: the cheapest first. */
const STEPS: Readonly<Record<string, () => Promise<boolean>>> = {
  fmt: () => deno("fmt", "--check"),
  lint: () => deno("lint"),
  check: () => deno("check"),
  doc: async () =>
    await deno("doc", "--lint", ...Object.values(config.exports)) &&
    await deno("test", "--doc", "src", "README.md"),
  bare: () => deno("test", "--no-check"), // tests without a permission are skipped, not failed
  coverage: async () =>
    await deno("task", "test", `--coverage=${FOLDER}`, "--coverage-raw-data-only", "--clean") &&
    await deno("coverage", ...INCLUDED, FOLDER) &&
    await isEveryFileIn(await outputOf("coverage", "--lcov", FOLDER)),
};

async function deno(...args: string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "null" });
  return (await command.spawn().status).success;
}

async function outputOf(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return new TextDecoder().decode(stdout);
}

const names = Deno.args.length > 0 ? Deno.args : Object.keys(STEPS);
for (const name of names) {
  const step = STEPS[name];
  if (step === undefined) {
    console.error(`Cannot run ${name}: there are ${Object.keys(STEPS).join(", ")}`);
    Deno.exit(2);
  }
  console.log(`== ${name}`);
  if (!await step()) Deno.exit(1);
}
