import { assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "./has.ts";

const test = testWith("run");

/** Runs `deno test` on files of tests; returns whether it passed, and all it said. */
async function denoTest(
  options: readonly string[],
  files: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ success: boolean; text: string; skipped: string[] }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", ...options, ...files.map((file) => `tests/${file}_test.ts`)],
    cwd: decodeURIComponent(new URL("../../", import.meta.url).pathname),
    env: { NO_COLOR: "1", CI: "", ...environment },
    stdin: "null",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  return { success, text, skipped: text.match(/^Skipped .*$/gm) ?? [] };
}

/** A machine that has nothing but Deno. */
const BARE = { PATH: "", CHROMIUM: "/nowhere/chromium" };

test("deno test without permissions skips what needs any, and says so in a line", async () => {
  const kinds = { net: "tutorial", write: "stores/kv_store", run: "stores/store_process" };
  for (const [permission, file] of Object.entries(kinds)) {
    const { success, text, skipped } = await denoTest([], [file]);
    assertEquals([success, skipped], [
      true,
      [`Skipped tests that need --allow-${permission}: "deno test -A" grants it`],
    ], text);
  }
});

test("deno test -A skips what needs a program that is not there, and says so in a line", async () => {
  const programs = {
    "stores/redis_store": "redis-server, which cannot be started here: install it",
    "browser/tutorial": "/nowhere/chromium, which cannot be started here: " +
      "the variable CHROMIUM says where it is",
  };
  for (const [file, missing] of Object.entries(programs)) {
    const { success, text, skipped } = await denoTest(["-A"], [file], BARE);
    assertEquals([success, skipped], [true, [`Skipped tests that need ${missing}`]], text);
    assertStringIncludes(text, "| 0 failed |");
  }
});

test("deno test skips nothing where the variable CI is set", async () => {
  const { success, text } = await denoTest(["-A"], ["stores/redis_store"], { ...BARE, CI: "1" });
  assertEquals(success, false);
  assertStringIncludes(text, "Cannot skip tests in CI, and they need redis-server");
});
