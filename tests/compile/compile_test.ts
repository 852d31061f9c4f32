import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };
import { Served } from "../runtimes/served.ts";
import { visitorOf } from "../runtimes/http_checks.ts";
import { temporaryFolder } from "../server/server_process.ts";
import { permissions } from "../tasks/permissions.ts";
import { compileServer, ROOT } from "./compile.ts";
import { testWith } from "../support/has.ts";

const test = testWith("run");

/** The bytes at the end of a binary that are read: more than what is embedded. */
const EMBEDDED_SIZE = 32 * 2 ** 20;

test("compileServer() says in one line what is missing, and how to supply it", async () => {
  using folder = temporaryFolder();
  const compiled = await compileServer(`${folder.path}/satchel`, `${folder.path}/nowhere`);
  assertEquals(compiled.status, 3);
  assertMatch(compiled.message, /^Cannot compile the server: denort [\d.]+ .*DENORT_BIN.*$/);
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

test("compileServer() tells every other failure as it is", async () => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/denort`, "no program");
  const compiled = await compileServer(`${folder.path}/satchel`, `${folder.path}/denort`);
  assertEquals(compiled.status, 1);
  assertStringIncludes(compiled.message, "Writing binary bytes");
});

// Deno itself stands in for the runtime, which is part of no package: the file does not serve, but
// what is embedded in it is what would be embedded in the real one.
test("compileServer() embeds the whole server and its permissions", async () => {
  using folder = temporaryFolder();
  const output = `${folder.path}/satchel`;
  assertEquals(await compileServer(output, Deno.execPath()), {
    status: 0,
    message: `Compiled ${output}`,
  });
  const file = await Deno.open(output); // which its reader closes
  await file.seek(-EMBEDDED_SIZE, Deno.SeekMode.End);
  const embedded = new TextDecoder("latin1").decode(
    new Uint8Array(await new Response(file.readable).arrayBuffer()),
  );
  for (const path of ["main.ts", "views/style/frame.css", "views/mark.svg", "views/home.tsx"]) {
    const text = new TextDecoder("latin1").decode(await Deno.readFile(`${ROOT}${path}`));
    assert(embedded.includes(text), `${path} is not embedded`);
  }
  for (const name of ["preact", "preact-render-to-string", "deno-std", "redis"]) {
    assertStringIncludes(embedded, `"name": "${name}"`);
  }
  assert(!embedded.includes('"name": "playwright-core"'), "what only tests need is embedded");

  const granted = JSON.parse(/"permissions":(\{[^{}]*\})/.exec(embedded)?.[1] ?? "{}");
  const lists = Object.entries(granted).filter(([name, list]) => name.startsWith("allow_") && list);
  assertEquals(
    lists.map(([name]) => name).sort(),
    ["allow_env", "allow_import", "allow_net", "allow_read", "allow_write"],
  );
  assertEquals(granted.allow_env, settings.compile.permissions.env.allow);
  assertEquals(granted.allow_read, [".session-secret", ".satchel.sqlite"]);
  assertEquals(granted.allow_write, granted.allow_read);
  assertEquals(granted.prompt, false);
});

test("the server needs no file but its secret, which it keeps where it runs", async () => {
  using folder = temporaryFolder();
  const environment: Record<string, string> = { PORT: "0" };
  const options = permissions("start", (name) => environment[name]);
  await using server = await Served.start({
    program: Deno.execPath(),
    args: ["run", "--cached-only", "--frozen", ...options, `${ROOT}main.ts`],
    folder: folder.path,
    environment,
  });
  const visitor = visitorOf(server.origin);
  for (const path of ["/", "/howdy", "/cart", "/session", "/sign-in", "/healthz"]) {
    assertEquals((await visitor.get(path)).status, 200, path);
  }
  for (const [, path = ""] of (await visitor.get("/")).text.matchAll(/"(\/assets\/[^"]+)"/g)) {
    assertEquals((await visitor.get(path)).status, 200, path);
  }
  assertEquals((await visitor.get("/nowhere")).status, 404);
  const files = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(files, [".session-secret"]);
});
