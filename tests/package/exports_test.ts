import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

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

/** The project's modules that a module loads, itself among them; types are not loaded. */
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
  return Array.from(found).filter((specifier) => specifier.startsWith(ROOT.href))
    .map((specifier) => specifier.slice(ROOT.href.length));
}

Deno.test("the package exports what the documentation names", () => {
  const stores = ["kv", "redis", "memory", "server"].map((name) => `./stores/${name}`);
  assertEquals(Object.keys(config.exports), [".", ...stores, "./seal", "./csrf"]);
});

Deno.test("importing the package loads no store but the cookie store, and no server", async () => {
  const loaded = await loadedBy(config.exports["."]);
  assert(loaded.includes("src/session/manager.ts"), "the graph was not followed");
  const stores = loaded.filter((path) => path.startsWith("src/stores/"));
  assertEquals(stores, ["src/stores/cookie_store.ts"]);
  assertEquals(loaded.filter((path) => !/^src\/(?!server\/)/.test(path)), []);
});

Deno.test("importing a store loads no other one", async () => {
  for (const name of ["kv", "redis", "memory"] as const) {
    const loaded = await loadedBy(config.exports[`./stores/${name}`]);
    const stores = loaded.filter((path) => path.endsWith("_store.ts"));
    assertEquals(stores, [`src/stores/${name}_store.ts`, "src/stores/server_store.ts"]);
  }
});

Deno.test("importing the seal loads cryptography alone", async () => {
  const loaded = await loadedBy(config.exports["./seal"]);
  assertEquals(loaded.filter((path) => !path.startsWith("src/crypto/")), []);
});

Deno.test("the package can be published: no slow types, and nothing that is not the library's", async () => {
  const { err, success } = await deno("publish", "--dry-run", "--allow-dirty", "--no-check");
  assert(success, err);
  assertStringIncludes(err, "Checking for slow types in the public API");
  assert(!/warning/i.test(err), err);
  const paths = Array.from(err.matchAll(/file:\/\/\S+/g), ([url]) => url.slice(ROOT.href.length));
  assert(paths.includes("src/mod.ts"), err);
  const strange = paths.filter((path) =>
    !/^src\/(?!server\/)|^[A-Z]+(\.md)?$|^deno\.json$/.test(path)
  );
  assertEquals(strange, []);
});
