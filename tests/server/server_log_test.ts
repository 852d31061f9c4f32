import { assertEquals, assertMatch } from "@std/assert";
import { ServerLog } from "../../src/server/server_log.ts";

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
  log.refused("forged");
  log.error(new Error("boom"), REQUEST);
  log.close();
}

Deno.test("ServerLog writes all it is told, errors apart", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("text", notebook));
  const [notice, request, refusal, ...rest] = notebook.logged;
  assertEquals(notice, "hello");
  assertMatch(String(request), /^GET \/howdy 200 [\d.]+ ms$/);
  assertEquals(refusal, "Refused 1 session cookie: forged");
  assertEquals(rest, []);
  assertMatch(notebook.errors.join(), /^GET \/howdy failed: Error: boom\n/);
});

Deno.test("ServerLog writes JSON alone with json", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("json", notebook));
  const entries = [...notebook.logged, ...notebook.errors].map((line) => JSON.parse(line));
  assertEquals(entries.length, 4);
  assertEquals(entries[0], NOTICE);
  assertEquals(entries[3].error, "Error: boom");
});

Deno.test("ServerLog keeps to notices and errors with off", async () => {
  const notebook = new Notebook();
  await speak(new ServerLog("off", notebook));
  assertEquals(notebook.logged, ["hello"]);
  assertEquals(notebook.errors.length, 1);
});

Deno.test("ServerLog.notices() keeps the order of what was said", async () => {
  const notebook = new Notebook();
  const log = new ServerLog("text", notebook);
  await log.requests(() => new Response())(REQUEST);
  log.notices([NOTICE]);
  assertEquals(notebook.logged.map((line) => line.slice(0, 5)), ["GET /", "hello"]);
});
