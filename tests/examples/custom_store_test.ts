import { Sessions } from "@satchel/satchel";
import { ServerStore } from "@satchel/satchel/stores/server";
import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { testContract } from "../stores/contract.ts";
import { keep, recordOf } from "../stores/sample.ts";
import { Visitor } from "../support/browser.ts";
import { SqliteBackend, sqliteStore } from "./custom_store.ts";

const shared = new DatabaseSync(":memory:");
testContract("the example of a custom store", {
  open: () => sqliteStore(shared),
  dump: () => JSON.stringify(shared.prepare("SELECT * FROM session").all()),
  owners: false,
});

Deno.test("the example of a custom store counts visits", async () => {
  const sessions = new Sessions<{ counter: number }>({ store: sqliteStore(shared) });
  const visitor = new Visitor(sessions);
  for (const count of [1, 2, 3]) {
    const counted = await visitor.read((session) =>
      session.update("counter", (counter = 0) => counter + 1).get("counter")
    );
    assertEquals(counted, count);
  }
});

Deno.test("the example of a custom store throws out what has expired", async () => {
  using database = new DatabaseSync(":memory:");
  const backend = new SqliteBackend(database);
  const store = new ServerStore(backend);
  await keep(store, recordOf(1), { lifetime: -1 });
  await keep(store, recordOf(2));
  backend.sweep();
  assertEquals(database.prepare("SELECT count(*) AS count FROM session").get()?.count, 1);
});
