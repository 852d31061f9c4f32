import { SessionStoreError } from "@satchel/satchel";
import { ServerStore } from "@satchel/satchel/stores/server";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { MapBackend } from "./map_backend.ts";
import { find, keep, ownedBy, pause, recordOf, rejection, writeOf } from "./sample.ts";

/** A backend whose ping does something else. */
function withPing(ping: () => Promise<unknown>): MapBackend {
  return Object.assign(new MapBackend(), { name: "test", ping });
}

for (
  const [what, ping] of [
    ["rejects", () => Promise.reject(new Error("no disk"))],
    ["throws", () => {
      throw new Error("no disk");
    }],
  ] as const
) {
  Deno.test(`ServerStore() names the cause when its backend ${what}`, async () => {
    const store = new ServerStore(withPing(ping));
    const message = "Cannot reach the test store: no disk";
    const error = await assertRejects(() => store.ping(), SessionStoreError, message);
    assertInstanceOf(error.cause, Error);
  });
}

Deno.test("ServerStore() names a cause that is not an error", async () => {
  const store = new ServerStore(withPing(() => Promise.reject("gone")));
  await assertRejects(() => store.ping(), SessionStoreError, "test store: gone");
});

Deno.test("ServerStore() gives each answer its time, and no more", async () => {
  let delay = 0;
  const store = new ServerStore(withPing(() => pause(delay)), { timeout: 60 });
  const ask = (milliseconds: number): Promise<string> => {
    delay = milliseconds;
    return store.ping().then(() => "pong", (error: Error) => error.message);
  };
  const [first, late] = [ask(10), ask(150)];
  await pause(40);
  const answers = await Promise.all([first, late, ask(30), ask(120)]);
  const tooLate = "Cannot reach the test store: no answer within 60 ms";
  assertEquals(answers, ["pong", tooLate, "pong", tooLate]);
  await pause(150); // answers that nobody waits for any more
  assertEquals(await ask(0), "pong");
});

Deno.test("ServerStore() takes a backend that is down for no missing session or account", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  const write = writeOf(recordOf(2, "ann"), { value: id, loaded: await find(store, id) });
  const down = () => Promise.reject(new Error("down"));
  const { read, write: put } = backend;
  const { list } = backend.owners;
  Object.assign(backend, { read: down, write: down });
  Object.assign(backend.owners, { list: down });
  for (
    const operation of [
      () => find(store, id),
      () => store.save(write),
      () => store.destroy(id, "session"),
      () => ownedBy(store, "ann"),
    ]
  ) {
    await assertRejects(operation, SessionStoreError, "Cannot reach the map store: down");
  }
  Object.assign(backend, { read, write: put });
  Object.assign(backend.owners, { list });
  assertEquals(await store.save(write), id);
});

Deno.test("ServerStore() ends a session though its backend is full", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1));
  const write = backend.write.bind(backend);
  backend.write = (entries) => {
    const adds = entries.some(({ value }) => value !== null);
    return adds ? Promise.reject(new Error("full")) : write(entries);
  };
  await store.destroy(id, "session");
  assertEquals(await rejection(store, id), "unknown id");
});
