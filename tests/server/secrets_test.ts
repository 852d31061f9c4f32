import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadSecrets } from "../../src/server/secrets.ts";
import { StartError } from "../../src/server/secrets.ts";
import { configOf, FakeFiles, namedError, SECRET_A, SECRET_B } from "./fake_environment.ts";

const FILE = ".session-secret";

Deno.test("loadSecrets() prefers the environment and leaves the file alone", async () => {
  const files = new FakeFiles();
  assertEquals(await loadSecrets(configOf({ SESSION_SECRETS: SECRET_A }), files), {
    values: [SECRET_A],
    source: "environment",
    exposed: false,
  });
  assertEquals(files.texts.size, 0);
});

Deno.test("loadSecrets() keeps a fresh secret in the file", async () => {
  const files = new FakeFiles();
  const first = await loadSecrets(configOf(), files);
  assertEquals(first.source, "created file");
  assertEquals(files.texts.get(FILE), `${first.values[0]}\n`);
  const second = await loadSecrets(configOf(), files);
  assertEquals(second, { ...first, source: "file" });
});

Deno.test("loadSecrets() reads several secrets from the file, newest first", async () => {
  const files = new FakeFiles({ "other.txt": `${SECRET_B}\n${SECRET_A}\n` });
  const config = configOf({ SESSION_SECRET_FILE: "other.txt" });
  assertEquals((await loadSecrets(config, files)).values, [SECRET_B, SECRET_A]);
});

Deno.test("loadSecrets() agrees with a process that creates the file at the same time", async () => {
  const files = new FakeFiles();
  const all = await Promise.all(Array.from({ length: 8 }, () => loadSecrets(configOf(), files)));
  assertEquals(new Set(all.map(({ values }) => values.join())).size, 1);
  assertEquals(all.filter(({ source }) => source === "created file").length, 1);
});

Deno.test("loadSecrets() waits for a file that another process is writing", async () => {
  const files = new FakeFiles({ [FILE]: "" });
  const timer = setTimeout(() => files.texts.set(FILE, SECRET_A), 75);
  assertEquals((await loadSecrets(configOf(), files)).values, [SECRET_A]);
  clearTimeout(timer);
});

Deno.test("loadSecrets() refuses a malformed file and says how to mend it", async () => {
  const files = new FakeFiles({ [FILE]: "hush" });
  const error = await assertRejects(() => loadSecrets(configOf(), files), StartError);
  assertEquals(error.status, 1);
  assertStringIncludes(error.message, `${FILE}: secret 1: it has 3 bytes, at least 32 are needed`);
  assertStringIncludes(error.message, "delete it");
  assert(!error.message.includes("hush"));
  assertEquals(files.texts.get(FILE), "hush");
});

Deno.test("loadSecrets() refuses a file that stays empty", async () => {
  const files = new FakeFiles({ [FILE]: "\n" });
  await assertRejects(() => loadSecrets(configOf(), files), StartError, "it holds no secret");
});

Deno.test("loadSecrets() says when the file cannot be read", async () => {
  const files = new FakeFiles();
  files.read = () => Promise.reject(namedError("PermissionDenied", "Permission denied"));
  const error = await assertRejects(() => loadSecrets(configOf(), files), StartError);
  assertStringIncludes(error.message, `Cannot read the secret file ${FILE}: Permission denied`);
  assertStringIncludes(error.message, "SESSION_SECRET_FILE");
  assertEquals((error.cause as Error).name, "PermissionDenied");
});

Deno.test("loadSecrets() says when the file cannot be created", async () => {
  const files = new FakeFiles();
  files.create = () => Promise.reject("read-only");
  await assertRejects(
    () => loadSecrets(configOf(), files),
    StartError,
    `Cannot create the secret file ${FILE}: read-only`,
  );
});

Deno.test("loadSecrets() creates nothing when it must not", async () => {
  const files = new FakeFiles();
  await assertRejects(
    () => loadSecrets(configOf(), files, { create: false }),
    StartError,
    `Cannot find a secret: SESSION_SECRETS is unset and ${FILE} is missing`,
  );
  assertEquals(files.texts.size, 0);
});

for (
  const [mode, exposed] of [
    [0o100600, false],
    [0o100400, false],
    [0o100640, true],
    [0o100604, true],
    [null, false],
  ] as const
) {
  Deno.test(`loadSecrets() ${exposed ? "notes" : "accepts"} mode ${mode?.toString(8)}`, async () => {
    const files = new FakeFiles({ [FILE]: SECRET_A }, mode);
    assertEquals((await loadSecrets(configOf(), files)).exposed, exposed);
  });
}
