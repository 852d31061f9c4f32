import { ServerStore } from "@satchel/satchel/stores/server";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Sessions, SessionStoreError } from "@satchel/satchel";
import { listSessions, revokeSessions } from "@satchel/satchel/stores/server";
import { MapBackend } from "./map_backend.ts";
import { counter, find, keep, ownedBy, recordOf, rejection, renew, writeOf } from "./sample.ts";

/** A store whose lists can be made to fail. */
function fragile() {
  const backend = new MapBackend();
  const { add, remove } = backend.owners;
  const down = () => Promise.reject(new Error("down"));
  return {
    backend,
    store: new ServerStore(backend),
    /** Lets nobody be taken off a list, or entered, or both again. */
    fail: (...methods: ("add" | "remove")[]) => {
      Object.assign(backend.owners, { add, remove });
      for (const method of methods) backend.owners[method] = down;
    },
  };
}

/** Gives a session another owner. */
async function give(store: ServerStore, id: string, owner: string | null): Promise<string | null> {
  const loaded = await find(store, id);
  return await store.save(writeOf({ ...loaded.record, owner }, { value: id, loaded }));
}

for (const next of ["bob", null]) {
  Deno.test(`ServerStore.owners keeps no session that left for ${next ?? "nobody"} though its list could not be written`, async () => {
    const { backend, store, fail } = fragile();
    const id = await keep(store, recordOf(1, "ann"));
    fail("remove");
    const moved = String(await give(store, id, next));
    fail();
    assertEquals(
      backend.owners.entries.size,
      next === null ? 1 : 2,
      "the old entry is still there",
    );
    for (const any of [new ServerStore(backend), store]) {
      assertEquals(await ownedBy(any, "ann"), []);
      assertEquals(await any.owners?.destroy("ann", null), 0);
      assertEquals((await ownedBy(any, "bob")).length, next === null ? 0 : 1);
    }
    assertEquals(await counter(store, moved), 1);
    assertEquals(backend.owners.entries.size, next === null ? 0 : 1, "it is swept out");
  });
}

Deno.test("ServerStore.owners ends no session of another account by an entry that stayed behind", async () => {
  const { store, fail } = fragile();
  const id = await keep(store, recordOf(1, "ann"));
  const handle = await store.owners?.handleOf(id, "session") ?? "";
  fail("remove");
  const moved = String(await give(store, id, "bob"));
  await assertRejects(async () => await store.owners?.revoke("ann", handle), SessionStoreError);
  await assertRejects(async () => await store.owners?.destroy("ann", null), SessionStoreError);
  fail();
  assertEquals(await store.owners?.revoke("ann", handle), false);
  assertEquals(await counter(store, moved), 1);
});

Deno.test("ServerStore.save() moves no session whose new list cannot be written", async () => {
  const { store, fail } = fragile();
  const id = await keep(store, recordOf(1, "ann"));
  fail("add");
  await assertRejects(() => give(store, id, "bob"), SessionStoreError);
  assertEquals((await ownedBy(store, "ann")).length, 1);
  assertEquals(await ownedBy(store, "bob"), []);
  assertEquals((await find(store, id)).record.owner, "ann");
});

Deno.test("ServerStore.owners counts no entry of a retired id that could not be removed", async () => {
  const { backend, store, fail } = fragile();
  let id = await keep(store, recordOf(1, "ann"));
  fail("remove");
  for (let count = 0; count < 3; count++) id = String(await renew(store, id));
  assertEquals(backend.owners.entries.size, 4);
  assertEquals((await ownedBy(store, "ann")).length, 1);
  fail();
  assertEquals((await ownedBy(store, "ann")).length, 1);
  assertEquals(backend.owners.entries.size, 1);
  assertEquals(await store.owners?.destroy("ann", null), 1);
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("ServerStore.owners ends a session that gets a new id after its list was read", async () => {
  const { backend, store } = fragile();
  let id = await keep(store, recordOf(1, "ann"));
  const { list } = backend.owners;
  let moves = 0;
  backend.owners.list = async (owner, page) => {
    const batch = await list.call(backend.owners, owner, page);
    if (moves++ === 0) id = String(await renew(store, id));
    return batch;
  };
  assertEquals(await store.owners?.destroy("ann", null), 1);
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("ServerStore.destroy() ends a session in a database that takes nothing new", async () => {
  const { backend, store } = fragile();
  const id = await keep(store, recordOf(1, "ann"));
  const { write } = backend;
  backend.write = (entries) => {
    return entries.some(({ value }) => value !== null)
      ? Promise.reject(new Error("OOM command not allowed"))
      : write.call(backend, entries);
  };
  assertEquals(await store.destroy(id, "session"), true);
  assertEquals(await store.load(id, "session"), { record: null, reason: "unknown id" });
  assertEquals([backend.values.size, backend.owners.entries.size], [0, 0]);
});

Deno.test("ServerStore.load() lets nobody open a session by what its tombstones say", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1));
  const renewed = String(await renew(store, id));
  const [[key = "", tombstone] = [], [nextKey = "", record] = []] = [...backend.values];
  // A tombstone is no tombstone of another id, no record, and a record is no tombstone.
  for (const [at, stored] of [[nextKey, tombstone], [key, record]] as const) {
    const before = String(backend.values.get(at)?.value);
    backend.put(at, String(stored?.value));
    assertEquals(await rejection(store, at === key ? id : renewed), "forged");
    backend.put(at, before);
  }
  assertEquals(await counter(store, renewed), 1);
});

Deno.test("revokeSessions() ends nothing where an option that is to spare sessions is undefined", async () => {
  const store = new ServerStore(new MapBackend());
  const sessions = new Sessions({ store });
  await keep(store, recordOf(1, "ann"));
  assertEquals(await revokeSessions(sessions, "ann", { handle: undefined }), 0);
  for (const limit of [undefined, 0, -1, 1.5, NaN]) {
    const message = `Cannot leave ${limit ?? NaN} sessions: a whole number from 1 is needed`;
    await assertRejects(() => revokeSessions(sessions, "ann", { limit }), RangeError, message);
  }
  const [listed] = await listSessions(sessions, "ann");
  assert(listed);
  assertEquals(await revokeSessions(sessions, "ann", { handle: listed.handle }), 1);
});
