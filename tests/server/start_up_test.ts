import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Secrets } from "../../src/server/secrets.ts";
import { startUpNotices } from "../../src/server/serve.ts";
import { configOf } from "./fake_environment.ts";

function secrets(source: Secrets["source"], count = 1, exposed = false): Secrets {
  return { values: Array.from({ length: count }, () => "hush"), source, exposed };
}

function messages(level: string, environment: Record<string, string>, from: Secrets): string[] {
  return startUpNotices(configOf(environment), { secrets: from, port: 8000 })
    .filter((notice) => notice.level === level)
    .map(({ message }) => message);
}

Deno.test("startUpNotices() says where it listens, which store, where the secret is", () => {
  assertEquals(messages("info", {}, secrets("created file")), [
    "Satchel listens on http://127.0.0.1:8000",
    "Sessions: sealed in each visitor's cookie (SESSION_STORE=cookie), 20 minutes idle, 7 days in all",
    "Secret: a fresh one, kept in the file .session-secret so that sessions outlive a restart",
    "For production: set SESSION_SECRETS (deno task keygen prints one), and put a TLS proxy before " +
    "it with TRUST_PROXY=1",
  ]);
  assertEquals(messages("warning", {}, secrets("created file")), []);
});

Deno.test("startUpNotices() shows the port that was found", () => {
  const [first] = startUpNotices(configOf({ PORT: "0" }), {
    secrets: secrets("file"),
    port: 41_234,
  });
  assertEquals(first?.message, "Satchel listens on http://127.0.0.1:41234");
});

Deno.test("startUpNotices() says how many secrets there are, never which", () => {
  const [, , line] = messages("info", {}, secrets("environment", 2));
  assertEquals(line, "Secret: from SESSION_SECRETS, 2 of them, the first seals");
  const [, , file] = messages("info", {}, secrets("file"));
  assertEquals(file, "Secret: from the file .session-secret");
});

for (
  const [host, url] of [
    ["0.0.0.0", "http://127.0.0.1:8000, for other machines too"],
    ["::", "http://127.0.0.1:8000, for other machines too"],
    ["::1", "http://[::1]:8000"],
    ["localhost", "http://localhost:8000"],
    ["127.0.0.2", "http://127.0.0.2:8000"],
    ["127.example.org", "http://127.example.org:8000, for other machines too"],
  ] as const
) {
  Deno.test(`startUpNotices() writes HOST=${host} as ${url}`, () => {
    const [first] = messages("info", { HOST: host }, secrets("environment"));
    assertEquals(first, `Satchel listens on ${url}`);
  });
}

Deno.test("startUpNotices() warns of an open server without TLS", () => {
  const [warning, ...others] = messages("warning", { HOST: "0.0.0.0" }, secrets("environment"));
  assertMatch(String(warning), /without TLS.*TRUST_PROXY=1/);
  assertEquals(others, []);
});

Deno.test("startUpNotices() warns of an open server with a generated secret", () => {
  const open = { HOST: "0.0.0.0", TRUST_PROXY: "1" };
  const [warning, ...others] = messages("warning", open, secrets("file"));
  assertMatch(String(warning), /generated.*SESSION_SECRETS/);
  assertEquals(others, []);
});

Deno.test("startUpNotices() warns of a secret file that others can read", () => {
  assertEquals(messages("warning", {}, secrets("file", 1, true)), [
    "Others can read .session-secret: run chmod 600 on it",
  ]);
});

Deno.test("startUpNotices() warns of a KV file that others can read", () => {
  const config = configOf({ SESSION_STORE: "kv" });
  const notices = startUpNotices(config, { secrets: null, port: 8000, exposed: ".satchel.sqlite" });
  assertEquals(notices.filter(({ level }) => level === "warning").map(({ message }) => message), [
    "Others can read .satchel.sqlite: run chmod 600 on it, its -wal and its -shm",
  ]);
});

Deno.test("startUpNotices() has nothing to advise where all is set", () => {
  const set = { HOST: "0.0.0.0", TRUST_PROXY: "1" };
  const notices = startUpNotices(configOf(set), { secrets: secrets("environment"), port: 8000 });
  assertEquals(notices.length, 3);
  assert(notices.every(({ level }) => level === "info"));
});
