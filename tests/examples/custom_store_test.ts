import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Sessions } from "../../src/session/mod.ts";
import { ServerStore } from "../../src/stores/server.ts";
import { contract } from "../stores/contract.ts";
import { keep, recordOf, writeOf } from "../stores/sample.ts";
import { SqliteBackend, sqliteStore } from "./custom_store.ts";

contract("the example of a custom store", () => {
  const database = new DatabaseSync(":memory:");
  return Promise.resolve({
    open: (options) => new ServerStore(new SqliteBackend(database), options),
    dump: () =>
      database.prepare("SELECT * FROM session").all().map((row) => JSON.stringify(row)).join("\n"),
    [Symbol.asyncDispose]: () => Promise.resolve(database.close()),
  });
}, { owners: false });

Deno.test("the example of a custom store counts visits", async () => {
  using database = new DatabaseSync(":memory:");
  const sessions = new Sessions<{ counter: number }>({ store: sqliteStore(database) });
  let cookie = "";
  for (const count of [1, 2, 3]) {
    const request = new Request("http://localhost/", { headers: { cookie } });
    const response = await sessions.handle(request, (session) => {
      session.update("counter", (counter = 0) => counter + 1);
      return new Response(`${session.get("counter")}`);
    });
    cookie ||= response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    assertEquals(await response.text(), String(count));
  }
});

Deno.test("the example of a custom store throws out what has expired", async () => {
  using database = new DatabaseSync(":memory:");
  const backend = new SqliteBackend(database);
  const store = new ServerStore(backend);
  await store.save(writeOf(recordOf(1), { lifetime: -1 }));
  await keep(store, recordOf(2));
  backend.sweep();
  assertEquals(database.prepare("SELECT count(*) AS count FROM session").get()?.count, 1);
});
