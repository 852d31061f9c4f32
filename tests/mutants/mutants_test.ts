import README from "../proof/README.md" with { type: "text" };
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/has.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { MUTANTS } from "./list.ts";
import { type Mutant, runMutants } from "./run_mutants.ts";

/** The claims of the README: threats by name, and requirements by number. */
function claimsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^### (\d\.\d\.\d|.*)/gm)].map(([, claim = ""]) => claim);
}

Deno.test("every threat and every requirement of ASVS has a mutant", () => {
  const claims = claimsIn(README);
  assert(claims.includes("Forgery") && claims.includes("9.2.4"), "the tables are somewhere else");
  const tried = new Set(MUTANTS.flatMap(({ claims }) => claims));
  assertEquals(claims.filter((claim) => !tried.has(claim)), []);
  assertEquals([...tried].filter((claim) => !claims.includes(claim)), []);
});

Deno.test("no two mutants are the same", () => {
  const edits = MUTANTS.map(({ file, from, to }) => JSON.stringify([file, from, to]));
  assertEquals(edits.filter((edit, i) => edits.indexOf(edit) !== i), []);
  const mistakes = MUTANTS.map(({ mistake }) => mistake);
  assertEquals(mistakes.filter((mistake, i) => mistakes.indexOf(mistake) !== i), []);
});

const SUM = `export function sum(numbers: number[]): number {
  let [total, rest] = [0, numbers];
  while (rest.length > 0) [total, rest] = [total + (rest[0] ?? 0), rest.slice(1)];
  return total;
}
`;
/** With characters that mean something to filters and reports. */
const NAME = "sum() adds (all) #1 \\ numbers/";
const SUM_TEST = `import { sum } from "./sum.ts";
Deno.test(${JSON.stringify(NAME)}, () => {
  if (sum([1, 2]) !== 3) throw new Error("no");
});
Deno.test("sum() is wrong anyway", () => {
  throw new Error("no");
});
`;

/** Runs mutants of a project that consists of one function and its test. */
async function run(mutants: Partial<Mutant>[], limit?: number) {
  using folder = temporaryFolder();
  const project = `${folder.path}/project`;
  const settings = { permissions: { test: { read: ["."] } } };
  await Deno.mkdir(`${project}/.git`, { recursive: true });
  const files = { "deno.json": JSON.stringify(settings), "sum.ts": SUM, "sum_test.ts": SUM_TEST };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${project}/${name}`, text);
  }
  const lines: string[] = [];
  const tally = await runMutants(
    mutants.map((mutant) => ({
      claims: ["Sums"],
      mistake: "a mistake",
      file: "sum.ts",
      from: "return total",
      to: "return 0",
      testIn: "sum_test.ts",
      test: NAME,
      ...mutant,
    })),
    { project, copies: `${folder.path}/copies`, limit, report: (_, line) => lines.push(line) },
  );
  assertEquals(await Deno.readTextFile(`${project}/sum.ts`), SUM);
  assertEquals(Array.from(Deno.readDirSync(folder.path), ({ name }) => name), ["project"]);
  return { ...tally, lines: lines.join("\n") };
}

const test = testWith("run");

test("runMutants() kills what the test notices, and tells what survives", async () => {
  const { killed, survived, untried, lines } = await run([
    {},
    { mistake: "nothing is wrong", to: "return total + 0" },
    { mistake: "too much", to: "return total + 1" },
  ]);
  assertEquals([killed, survived, untried], [2, 1, 0]);
  assertStringIncludes(lines, "/3 Killed: a mistake (Sums; sum.ts)");
  assertStringIncludes(lines, "/3 SURVIVED: nothing is wrong (Sums; sum.ts; sum_test.ts: sum()");
});

test("runMutants() counts as untried what proves nothing", async () => {
  const { killed, survived, untried, lines } = await run([
    { from: "return nothing" },
    { from: "rest" },
    { file: "product.ts" },
    { test: "sum() adds (all)" },
    { test: "sum() is wrong anyway" },
    { testIn: "product_test.ts" },
    { to: "return }" },
    { to: "return sum_of_all" },
  ]);
  assertEquals([killed, survived, untried], [0, 0, 8]);
  assertStringIncludes(lines, "The text to replace stands 0 times");
  assertStringIncludes(lines, "The text to replace stands 5 times");
  assertStringIncludes(lines, "No such test passes without the mistake");
  assertStringIncludes(lines, "The mistake breaks the whole program");
  assertStringIncludes(lines, "The mistake names what is not there");
});

test("runMutants() ends a mistake that goes on for ever, which was noticed", async () => {
  const endless = { from: "rest.slice(1)", to: "rest.slice(0)" };
  const { killed, survived, untried, lines } = await run([endless, {}], 5000);
  assertEquals([killed, survived, untried], [2, 0, 0]);
  assertStringIncludes(lines, "Killed after its time");
});
