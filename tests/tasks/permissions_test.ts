import { assertEquals } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };
import { VARIABLES } from "../../src/server/config.ts";
import { generateSecret } from "../../src/session/mod.ts";
import { type Command, permissions } from "./permissions.ts";

/** What a command is granted beyond the variables that it may read. */
function granted(command: Command, environment: Record<string, string> = {}): string[] {
  return permissions(command, (name) => environment[name])
    .filter((option) => !/^--(no-prompt|(allow|ignore)-env=.*)$/.test(option));
}

Deno.test("deno.json names the variables of the server, in their order", () => {
  assertEquals(settings.compile.permissions.env.allow, Object.keys(VARIABLES));
});

Deno.test("permissions() lets the server listen on its address, and keep its secret", () => {
  const secret = ["--allow-read=.session-secret", "--allow-write=.session-secret"];
  assertEquals(granted("start"), ["--allow-net=127.0.0.1:8000", ...secret]);
  const environment = { HOST: "::1", PORT: "0", SESSION_SECRETS: generateSecret() };
  assertEquals(granted("start", environment), ["--allow-net=[::1]:0"]);
});

Deno.test("permissions() lets the server use the store that it has", () => {
  const kv = { SESSION_STORE: "kv", KV_PATH: "a b.sqlite" };
  const file = ["--allow-read=a b.sqlite", "--allow-write=a b.sqlite"];
  assertEquals(granted("start", kv), ["--allow-net=127.0.0.1:8000", ...file]);
  assertEquals(granted("inspect", kv), file);
  const redis = (REDIS_URL: string) => ({ SESSION_STORE: "redis", REDIS_URL });
  assertEquals(granted("start", redis("redis://[::1]:7000")), [
    "--allow-net=127.0.0.1:8000,[::1]:7000",
  ]);
  assertEquals(granted("inspect", redis("redis://store:7000")), ["--allow-net=store"]);
  assertEquals(granted("inspect", redis("redis://a redis://b")), ["--allow-net"]);
  assertEquals(granted("inspect", { ...kv, KV_PATH: "https://kv.example" }).at(0), "--allow-net");
});

Deno.test("permissions() lets the tools read the secret, and write nothing", () => {
  for (const command of ["keygen", "inspect"] as const) {
    assertEquals(granted(command), ["--allow-read=.session-secret"]);
    assertEquals(granted(command, { SESSION_SECRETS: generateSecret() }), []);
  }
});

Deno.test("permissions() grants nothing to an environment that is wrong", () => {
  assertEquals(granted("start", { PORT: "x" }), []);
});
