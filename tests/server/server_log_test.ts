import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { SessionStoreError } from "../../src/session/mod.ts";
import { ServerLog } from "../../src/server/log.ts";

/** Keeps what it is told. */
class Notebook {
  readonly logged: string[] = [];
  readonly errors: string[] = [];

  log(text: string): void {
    this.logged.push(...text.split("\n"));
  }

  error(text: string): void {
    this.errors.push(text);
  }
}

const REQUEST = new Request("http://x/howdy");
const NOTICE = { level: "info", message: "hello" } as const;

/** Says one of everything. */
async function speak(log: ServerLog): Promise<void> {
  log.notices([NOTICE]);
  await log.requests(() => new Response())(REQUEST);
  log.rejected("forged");
  log.refused("token");
  log.error(new Error("boom"), REQUEST);
  log.close();
}

Deno.test("ServerLog writes all it is told, errors apart", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("text", notebook));
  const [notice, request, cookie, form, ...rest] = notebook.logged;
  assertEquals(notice, "hello");
  assertMatch(String(request), /^GET \/howdy 200 [\d.]+ ms$/);
  assertEquals(cookie, "Refused 1 session cookie: forged");
  assertEquals(form, "Refused 1 form: token");
  assertEquals(rest, []);
  assertMatch(notebook.errors.join(), /^GET \/howdy failed: Error: boom\n/);
});

Deno.test("ServerLog writes JSON alone with json", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("json", notebook));
  const entries = [...notebook.logged, ...notebook.errors].map((line) => JSON.parse(line));
  assertEquals(entries.length, 5);
  assertEquals(entries[0], NOTICE);
  const form = { level: "warning", event: "form refused", reason: "token", count: 1 };
  assertEquals(entries[3], form);
  assertEquals(entries[4].error, "Error: boom");
});

Deno.test("ServerLog keeps to notices and errors with off", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("off", notebook));
  assertEquals(notebook.logged, ["hello"]);
  assertEquals(notebook.errors.length, 1);
});

Deno.test("ServerLog.refused() counts forms by reason, and writes a line for each", () => {
  const notebook = new Notebook();
  const log = new ServerLog("text", notebook);
  for (const reason of ["token", "no-cookies", "token", "token"]) log.refused(reason);
  log.close();
  assertEquals(notebook.logged, [
    "Refused 1 form: token",
    "Refused 1 form: no-cookies",
    "Refused 2 forms: token",
  ]);
});

Deno.test("ServerLog.notices() keeps the order of what was said", async () => {
  const notebook = new Notebook();
  const log = new ServerLog("text", notebook);
  await log.requests(() => new Response())(REQUEST);
  log.notices([NOTICE]);
  assertEquals(notebook.logged.map((line) => line.slice(0, 5)), ["GET /", "hello"]);
});

for (const mode of ["off", "text", "json"] as const) {
  Deno.test(`ServerLog writes one stack an outage and one line a second with ${mode}`, async () => {
    const notebook = new Notebook();
    const log = new ServerLog(mode, notebook);
    const down = (): SessionStoreError =>
      new SessionStoreError("Cannot reach the redis store", { cause: new Error("ECONNREFUSED") });
    for (let count = 0; count < 500; count++) log.error(down(), REQUEST);
    assertEquals(notebook.errors.length, 1);
    assertStringIncludes(String(notebook.errors[0]), "ECONNREFUSED");
    assertMatch(String(notebook.errors[0]), / at .*server_log_test/);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assertEquals(notebook.errors.length, 2);
    const [, line = ""] = notebook.errors;
    assertStringIncludes(line, "499");
    assertEquals([line.includes(" at "), line.includes("\n")], [false, false]);
    for (let count = 0; count < 7; count++) log.error(down(), REQUEST);
    log.error(new Error("a bug"), REQUEST); // is no outage: written as ever
    log.close();
    assertEquals(notebook.errors.length, 4);
    assertStringIncludes(String(notebook.errors[2]), "a bug");
    assertStringIncludes(String(notebook.errors[3]), "7");
  });
}

Deno.test("ServerLog writes no control character into its JSON", async () => {
  const notebook = new Notebook();
  const log = new ServerLog("json", notebook);
  const evil = "\u0085\u009b\u202e\u2066\u2028\u007f";
  log.notices([{ level: "info", message: evil }]);
  await log.requests(() => new Response())({ ...REQUEST, url: `http://x/${evil}` } as Request);
  log.error(new Error(evil), REQUEST);
  log.close();
  const lines = [...notebook.logged, ...notebook.errors];
  assertEquals(lines.length, 3);
  for (const line of lines) {
    assertFalse(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line), line);
    assertStringIncludes(JSON.stringify(JSON.parse(line)), evil.slice(0, 2));
  }
});

Deno.test("ServerLog lets no error pass for a line of its own, nor colour the terminal", async () => {
  const notebook = new Notebook();
  const log = new ServerLog("text", notebook);
  const made = "GET /admin 200 1 ms";
  log.error(Object.assign(new Error(), { stack: `Error: no\n${made}\r\x1b[2K\x1b[31m` }), REQUEST);
  await log.requests(() => new Response())({ ...REQUEST, url: `http://x/\n${made}` } as Request);
  log.close();
  assertEquals(notebook.errors, [
    `GET /howdy failed: Error: no\n  ${made}\\u{d}\\u{1b}[2K\\u{1b}[31m`,
  ]);
  assertEquals(notebook.logged.length, 1);
});
