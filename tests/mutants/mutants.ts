/**
 * Runs the list of mistakes: `deno task test:mutants`. Each must make the test fail that the list
 * names for it.
 *
 * @module
 */

import { MUTANTS } from "./list.ts";
import { runMutants } from "./run_mutants.ts";

const HELP = `Makes each mistake of a list in a copy of the project, and runs the test that has to
notice it. A mistake that goes unnoticed has survived.

Usage
  deno task test:mutants            run them all
  deno task test:mutants <words>    run those that have the words in their claim, mistake or file

To add one, write an entry into a list of tests/mutants.

Exit status
  0 all were killed, 1 some survived or could not be tried, 2 misuse`;

/** Where the copies are: the only place that tests write to. */
const COPIES = "tests/.tmp/mutants";

const words = Deno.args.join(" ");
if (/^-/.test(words)) {
  const isHelp = words === "--help" || words === "-h";
  console[isHelp ? "log" : "error"](isHelp ? HELP : `Cannot follow ${words}: --help shows what is`);
  Deno.exit(isHelp ? 0 : 2);
}
const chosen = MUTANTS.filter(({ claims, mistake, file }) => {
  return `${claims.join(", ")}; ${mistake}; ${file}`.includes(words);
});
if (chosen.length === 0) {
  console.error(`Cannot find a mistake with "${words}"`);
  Deno.exit(2);
}
const failures: string[] = [];
const { killed, survived, untried } = await runMutants(chosen, {
  project: ".",
  copies: COPIES,
  report(outcome, line) {
    console.log(line);
    if (outcome !== "killed") failures.push(line);
  },
});
for (const line of failures) console.error(line);
console.log(`${killed} killed, ${survived} survived${untried ? `, ${untried} untried` : ""}`);
if (survived + untried > 0) Deno.exit(1);
