import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { Keyring } from "../../src/seal/mod.ts";
import { parseCommand, runTool } from "../../src/server/cli.ts";
import { parseSecrets, StartError } from "../../src/server/secrets.ts";
import { FakeFiles, SECRET_A, SECRET_B } from "./fake_environment.ts";

async function keygen(args: string[], texts: Record<string, string> = {}): Promise<string> {
  const command = parseCommand(["keygen", ...args]);
  assert(command.name === "keygen");
  const { text, status } = await runTool(command, {
    getVariable: () => undefined,
    files: new FakeFiles(texts),
    readInput: () => Promise.reject(new Error("asked for input")),
    openStore: () => Promise.reject(new Error("asked for the store")),
  });
  assertEquals(status, 0);
  return text;
}

const IN_USE = { ".session-secret": `${SECRET_A} ${SECRET_B}` };

Deno.test("keygen prints a fresh secret, without a look at those in use", async () => {
  const secret = await keygen([]);
  assertMatch(secret, /^[\w-]{43}$/);
  assert(new Keyring([secret]));
  assertNotEquals(await keygen([]), secret);
});

Deno.test("keygen prints the secret as JSON", async () => {
  const { secret, ...rest } = JSON.parse(await keygen(["--json"]));
  assertMatch(secret, /^[\w-]{43}$/);
  assertEquals(rest, {});
});

Deno.test("keygen rotates: the fresh secret before those in use", async () => {
  const line = await keygen(["--rotate"], IN_USE);
  assert(line.startsWith("SESSION_SECRETS="));
  const { secrets, faults } = parseSecrets(line.slice("SESSION_SECRETS=".length));
  assertEquals([faults, secrets.slice(1)], [[], [SECRET_A, SECRET_B]]);
  const { SESSION_SECRETS } = JSON.parse(await keygen(["--rotate", "--json"], IN_USE));
  assertEquals(parseSecrets(SESSION_SECRETS).secrets.slice(1), [SECRET_A, SECRET_B]);
});

Deno.test("keygen cannot rotate what is not there", async () => {
  await assertRejects(() => keygen(["--rotate"]), StartError, "Cannot find a secret");
});
