import {
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { parseCommand } from "../../src/server/cli.ts";
import { StartError } from "../../src/server/secrets.ts";
import { type Machine, runTool } from "../../src/server/cli.ts";
import { blankRecord } from "../../src/session/record.ts";
import { CookieStore } from "../../src/session/cookie_store.ts";
import { writeOf } from "../stores/sample.ts";
import { FakeFiles, SECRET_A } from "./fake_environment.ts";

function machine(environment: Record<string, string> = {}, input = ""): Machine {
  return {
    getVariable: (name) => environment[name],
    files: new FakeFiles({ ".session-secret": SECRET_A }),
    readInput: () => Promise.resolve(input),
    openStore: (_config, secrets) => ({
      store: new CookieStore({ secrets }),
      exposed: null,
      close() {},
    }),
  };
}

function run(args: string[], on: Machine = machine()): ReturnType<typeof runTool> {
  const command = parseCommand(args);
  if (command.name === "serve") throw new TypeError("Cannot run the server as a tool");
  return runTool(command, on);
}

/** Seals a session that began so many seconds ago. */
async function tokenOfAge(age = 0): Promise<string> {
  const record = { ...blankRecord(Math.floor(Date.now() / 1000) - age), data: { counter: 7 } };
  return String(
    await new CookieStore({ secrets: [SECRET_A] }).save({
      cookieName: "session",
      cookieOverhead: 40,
      value: null,
      loaded: null,
      record,
      regenerate: false,
      lifetime: null,
      label: "",
    }),
  );
}

Deno.test("runTool() helps whatever the environment holds", async () => {
  const { text, status } = await run(["keygen", "--help"], machine({ PORT: "abc" }));
  assertStringIncludes(text, "--rotate");
  assertEquals(status, 0);
});

Deno.test("runTool() makes a secret", async () => {
  const { text, status } = await run(["keygen"]);
  assertMatch(text, /^[\w-]{43}$/);
  assertEquals(status, 0);
});

Deno.test("runTool() rotates the secret of the file", async () => {
  const { text } = await run(["keygen", "--rotate"]);
  assertMatch(text, /^SESSION_SECRETS=[\w-]{43},/);
  assertEquals(text.split(",")[1], SECRET_A);
});

Deno.test("runTool() cannot rotate a secret that is not there", async () => {
  const empty = { ...machine(), files: new FakeFiles() };
  await assertRejects(() => run(["keygen", "--rotate"], empty), StartError, "Cannot find a secret");
});

Deno.test("runTool() inspects a cookie given as argument or on standard input", async () => {
  const token = await tokenOfAge();
  const argument = await run(["inspect", token]);
  assertMatch(argument.text, /^value +counter = 7$/m);
  assertEquals(argument.status, 0);
  const input = await run(["inspect", "-", "--json"], machine({}, `${token}\n`));
  assertEquals(JSON.parse(input.text).data, { counter: 7 });
  assertEquals(input.status, 0);
});

Deno.test("runTool() prints no control character, as text or as JSON", async () => {
  const record = {
    ...blankRecord(Math.floor(Date.now() / 1000)),
    data: { name: "a\u0085b\u009bc\u202ed\u2028e\u001bf" },
  };
  const store = new CookieStore({ secrets: [SECRET_A] });
  const token = await store.save(writeOf(record));
  for (const flags of [[], ["--json"]]) {
    const { text } = await run(["inspect", String(token), ...flags]);
    assertFalse(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text.replaceAll("\n", "")), text);
    if (flags.length > 0) assertEquals(JSON.parse(text).data, record.data);
  }
});

Deno.test("runTool() refuses with status 1 and the reason", async () => {
  assertEquals(await run(["inspect", "AAAA"]), { text: "Refused: malformed", status: 1 });
  assertEquals(await run(["inspect", "AAAA", "--json"]), {
    text: '{"accepted":false,"reason":"malformed"}',
    status: 1,
  });
});

Deno.test("runTool() obeys the timeouts and the name that it is given", async () => {
  const token = await tokenOfAge();
  const { text } = await run(["inspect", token, "--name", "other"]);
  assertEquals(text, "Refused: wrong cookie name: it belongs to session, not other");
  const late = await run(["inspect", await tokenOfAge(5)], machine({ SESSION_IDLE_TIMEOUT: "1" }));
  assertMatch(late.text, /^Refused: expired at .* \(idle timeout\)$/);
});

Deno.test("runTool() lists the faults of the environment", async () => {
  await assertRejects(() => run(["keygen"], machine({ PORT: "abc" })), StartError, "PORT: ");
});
