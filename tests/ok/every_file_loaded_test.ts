import { assertEquals } from "@std/assert";
import { hasCode, missingFrom } from "./every_file_loaded.ts";

Deno.test("hasCode() is true of every module that runs", () => {
  assertEquals(hasCode("export const one = 1;"), true);
  assertEquals(hasCode('export * from "./a.ts";'), true);
  assertEquals(hasCode('/** Doc. */\nimport { a } from "./a.ts";\n\na();'), true);
  assertEquals(hasCode("export abstract class A {}"), true);
  assertEquals(hasCode("export default async function () {}"), true);
});

Deno.test("hasCode() is false of a module that only declares types", () => {
  const text = `
/** Doc. */
import type { A } from "./a.ts";
// export const one = 1;
/**
 * @example
export const two = 2;
 */
export interface B extends A {
  run(a: A): void;
}
export type C = B | (() => void);
type D = C;
`;
  assertEquals(hasCode(text), false);
});

Deno.test("missingFrom() names the files that a report lacks", () => {
  const report = "SF:/home/src/a.ts\nDA:1,1\nend_of_record\nSF:C:\\home\\src\\b\\c.ts\n";
  assertEquals(missingFrom(report, ["src/a.ts", "src/b/c.ts", "src/c.ts", "rc/a.ts"]), [
    "src/c.ts",
    "rc/a.ts",
  ]);
});
