import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { Keyring } from "../../src/seal/keyring.ts";
import { keygen } from "../../src/server/keygen.ts";
import { parseSecrets } from "../../src/server/parse_secrets.ts";
import { SECRET_A, SECRET_B } from "./fake_environment.ts";

const COMMAND = { name: "keygen", rotate: false, json: false } as const;

function never(): Promise<never> {
  return Promise.reject(new Error("asked for the secrets in use"));
}

function inUse(): Promise<string[]> {
  return Promise.resolve([SECRET_A, SECRET_B]);
}

Deno.test("keygen() prints a fresh secret, without a look at those in use", async () => {
  const secret = await keygen(COMMAND, never);
  assertMatch(secret, /^[\w-]{43}$/);
  assert(new Keyring([secret]));
  assertNotEquals(await keygen(COMMAND, never), secret);
});

Deno.test("keygen() prints the secret as JSON", async () => {
  const { secret, ...rest } = JSON.parse(await keygen({ ...COMMAND, json: true }, never));
  assertMatch(secret, /^[\w-]{43}$/);
  assertEquals(rest, {});
});

Deno.test("keygen() rotates: the fresh secret before those in use", async () => {
  const line = await keygen({ ...COMMAND, rotate: true }, inUse);
  const [name, value = ""] = line.split("=");
  assertEquals(name, "SESSION_SECRETS");
  const { secrets, faults } = parseSecrets(line.slice("SESSION_SECRETS=".length));
  assertEquals(faults, []);
  assertEquals(secrets.slice(1), [SECRET_A, SECRET_B]);
  assertMatch(value, /^[\w,-]+$/);
});

Deno.test("keygen() rotates in JSON", async () => {
  const text = await keygen({ ...COMMAND, rotate: true, json: true }, inUse);
  const { SESSION_SECRETS } = JSON.parse(text);
  assertEquals(parseSecrets(SESSION_SECRETS).secrets.slice(1), [SECRET_A, SECRET_B]);
});

Deno.test("keygen() cannot rotate what is not there", async () => {
  await assertRejects(() => keygen({ ...COMMAND, rotate: true }, never), Error, "in use");
});
