/** The names of tests in README.md here: each is there. */
import { assertEquals, assertGreater } from "@std/assert";
import { testWith } from "../support/has.ts";
import README from "./README.md" with { type: "text" };

const ROOT = new URL("../../", import.meta.url);

/** Texts in code. */
const TEXT = /"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\\n]|\\.)+)`/g;
/** What is filled in, in the name of a test of a table. */
const FILLED_IN = /%[sj]|\$\{[^}]*\}/;

function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(new URL(folder, ROOT))).flatMap(({ name, isDirectory }) => {
    if (isDirectory) return name.startsWith(".") ? [] : filesIn(`${folder}${name}/`);
    return /\.tsx?$/.test(name) ? [folder + name] : [];
  });
}

/** Returns a pattern of all names that tests can have. */
function namesOfTests(): RegExp {
  const files = [...filesIn("tests/"), ...filesIn("src/stores/")];
  const names = files.filter((name) => /_test\.tsx?$|contract|\/stores\//.test(name))
    .flatMap((name) => [...Deno.readTextFileSync(new URL(name, ROOT)).matchAll(TEXT)])
    .map(([, quoted, template]) =>
      (quoted?.replaceAll('\\"', '"') ?? template ?? "").split(FILLED_IN)
    )
    .filter((parts) => parts.join("").length >= 12)
    .map((parts) => parts.map(RegExp.escape).join(".+"));
  return new RegExp(`^(?:${[...new Set(names)].join("|")})$`);
}

testWith("files")("every test that README.md names is there", () => {
  const named = [...README.matchAll(/^- `(?:… store )?(.+)`$/gm)].map(([, name = ""]) => name);
  assertGreater(named.length, 80);
  const names = namesOfTests();
  assertEquals(named.filter((name) => !names.test(name)), []);
});
