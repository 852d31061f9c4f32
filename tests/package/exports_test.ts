import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { testWith } from "../support/has.ts";

const test = testWith("run");

const ROOT = new URL("../../", import.meta.url);

async function deno(...args: string[]): Promise<{ out: string; err: string; success: boolean }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: decodeURIComponent(ROOT.pathname),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { out, err, success };
}

/** The modules that a module loads, itself among them: paths in the project, names of packages. */
async function loadedBy(path: string): Promise<string[]> {
  const { out } = await deno("info", "--json", path);
  interface Module {
    specifier: string;
    dependencies?: { code?: { specifier: string } }[];
  }
  const { modules, roots }: { modules: Module[]; roots: string[] } = JSON.parse(out);
  const found = new Set(roots);
  for (const specifier of found) {
    const module = modules.find((module) => module.specifier === specifier);
    for (const { code } of module?.dependencies ?? []) if (code) found.add(code.specifier);
  }
  return Array.from(found, (specifier) => specifier.replace(ROOT.href, ""));
}

/** The names that a module exports, types among them. */
async function namesOf(path: string): Promise<string[]> {
  const { out } = await deno("doc", "--json", path);
  const nodes: Record<string, { symbols: { name: string }[] }> = JSON.parse(out).nodes;
  return Object.values(nodes).flatMap(({ symbols }) => symbols.map(({ name }) => name));
}

Deno.test("the package exports what the documentation names", () => {
  const stores = ["contract", "kv", "memory", "redis", "server"].map((name) => `./stores/${name}`);
  assertEquals(Object.keys(config.exports), [
    ".",
    "./inspector",
    "./seal",
    ...stores,
    "./testing",
    "./web",
  ]);
});

test("every name has one entry point, and `.` has few", async () => {
  const homes = new Map<string, string[]>();
  for (const [entry, path] of Object.entries(config.exports)) {
    for (const name of await namesOf(path)) homes.set(name, [...homes.get(name) ?? [], entry]);
  }
  assertEquals([...homes].filter(([, entries]) => entries.length > 1), []);
  const count = homes.values().filter(([entry]) => entry === ".").toArray().length;
  assert(homes.get("Sessions")?.includes("."), "the names were not found");
  assertLessOrEqual(count, 31);
});

test("an entry point loads its own layer and those below, and no package", async () => {
  const layers: Readonly<Record<string, RegExp>> = {
    ".": /^src\/(session|seal)\//,
    "./seal": /^src\/seal\//,
    "./inspector": /^src\/(inspector|web|session|seal)\//,
    "./testing": /^src\/testing\//,
    "./web": /^src\/(web|session|seal)\/|^npm:\/?deno-std@/,
  };
  for (const [entry, path] of Object.entries(config.exports)) {
    const loaded = await loadedBy(path);
    assert(loaded.includes(path.slice("./".length)), "the graph was not followed");
    const layer = layers[entry] ?? /^src\/(stores|session|seal)\//;
    assertEquals(loaded.filter((path) => !layer.test(path)), [], entry);
  }
});

test("importing a store loads no other one", async () => {
  for (const name of ["kv", "redis", "memory"] as const) {
    const loaded = await loadedBy(config.exports[`./stores/${name}`]);
    const stores = loaded.filter((path) =>
      /\/(kv|redis|memory|server|list_sessions)\.ts$/.test(path)
    );
    assertEquals(stores, [`src/stores/${name}.ts`]);
  }
});

test("the package can be published: no slow types, and nothing that is not the library's", async () => {
  const { err, success } = await deno("publish", "--dry-run", "--allow-dirty", "--no-check");
  assert(success, err);
  assertStringIncludes(err, "Checking for slow types in the public API");
  assert(!/warning/i.test(err), err);
  const paths = Array.from(err.matchAll(/file:\/\/\S+/g), ([url]) => url.slice(ROOT.href.length));
  assert(paths.includes("src/session/mod.ts"), err);
  const strange = paths.filter((path) =>
    !/^src\/(?!server\/)|^[A-Z]+(\.md)?$|^deno\.json$/.test(path)
  );
  assertEquals(strange, []);
});
