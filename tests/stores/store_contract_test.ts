import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { SessionStore } from "../../src/session/mod.ts";
import { type SessionWrite, storeContract } from "../../src/stores/contract.ts";
import { KvStore } from "../../src/stores/kv.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../examples/custom_store.ts";

/** Runs the checks of a store; returns the names of those that it fails. */
async function failures(open: () => SessionStore): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of storeContract(open)) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

for (const { name, run } of storeContract(always(new MemoryStore()))) {
  Deno.test(`storeContract() holds for the memory store: ${name}`, run);
}

Deno.test("storeContract() holds for the KV store", async () => {
  using kv = await Deno.openKv(":memory:");
  assertEquals(await failures(() => new KvStore(kv)), []);
});

Deno.test("storeContract() holds for a store of one's own", async () => {
  using database = new DatabaseSync(":memory:");
  assertEquals(await failures(() => sqliteStore(database)), []);
});

function always(store: SessionStore): () => SessionStore {
  return () => store;
}

/** The memory store with a fault of the kind that people make. */
function faulty(fault: (store: MemoryStore) => Partial<SessionStore>): () => SessionStore {
  const store = new MemoryStore();
  const { name, limit, owners } = store;
  return always({
    name,
    limit,
    owners,
    load: (value, cookieName) => store.load(value, cookieName),
    save: (write) => store.save(write),
    destroy: (value, cookieName) => store.destroy(value, cookieName),
    measure: (record) => store.measure(record),
    ping: () => store.ping(),
    ...fault(store),
  });
}

/** A write that asks for the present version first: the last one wins. */
async function overwrite(store: MemoryStore, write: SessionWrite): Promise<string | null> {
  const found = await store.load(write.value ?? "", write.cookieName);
  return await store.save({ ...write, loaded: found.record === null ? null : found });
}

const kept = new Map<string, string>();

const FAULTS: Readonly<Record<string, [(store: MemoryStore) => Partial<SessionStore>, string]>> = {
  "forgets the messages": [
    (store) => ({
      save: (write) => store.save({ ...write, record: { ...write.record, flash: [] } }),
    }),
    "gives back all that was saved, to every process",
  ],
  "lets the last write win": [
    (store) => ({ save: (write) => overwrite(store, write) }),
    "writes nothing over what is newer",
  ],
  "writes what is gone as a new session": [
    (store) => ({
      save: async (write) =>
        await store.save(write) ?? await store.save({ ...write, loaded: null }),
    }),
    "brings nothing back that was destroyed",
  ],
  "ends nothing": [
    () => ({ destroy: () => Promise.resolve() }),
    "brings nothing back that was destroyed",
  ],
  "keeps the id": [
    (store) => ({ save: (write) => store.save({ ...write, regenerate: false }) }),
    "gives a session a new id in the write that ends the old one",
  ],
  "adopts the id that a visitor brings": [
    (store) => ({
      save: async (write) => {
        const value = await store.save(write);
        if (write.loaded !== null || write.value === null || value === null) return value;
        kept.set(write.value, value);
        return write.value;
      },
      load: (value, name) => store.load(kept.get(value) ?? value, name),
    }),
    "adopts no value that it did not hand out",
  ],
  "takes a value under any cookie name": [
    (store) => ({ load: (value) => store.load(value, "session") }),
    "lets a value hold under one cookie name only",
  ],
  "ends a value under any cookie name": [
    (store) => ({ destroy: (value) => store.destroy(value, "session") }),
    "lets a value hold under one cookie name only",
  ],
  "says a smaller limit than it keeps": [
    () => ({ limit: 1000 }),
    "refuses what is larger than its limit, before it writes anything",
  ],
  "lists the oldest first": [
    (store) => ({
      owners: {
        ...ownersOf(store),
        list: async (owner, page) => (await ownersOf(store).list(owner, page)).toReversed(),
      },
    }),
    "lists an account's sessions, newest first and in pages, and ends them",
  ],
  "ends the current one too": [
    (store) => ({
      owners: { ...ownersOf(store), destroy: (owner) => ownersOf(store).destroy(owner, null) },
    }),
    "lists an account's sessions, newest first and in pages, and ends them",
  ],
  "is down": [
    () => ({ ping: () => Promise.reject(new Error("down")) }),
    "answers a ping",
  ],
};

function ownersOf({ owners }: MemoryStore): NonNullable<SessionStore["owners"]> {
  assert(owners);
  return {
    handleOf: (value, name) => owners.handleOf(value, name),
    list: (owner, page) => owners.list(owner, page),
    destroy: (owner, except) => owners.destroy(owner, except),
  };
}

for (const [what, [fault, check]] of Object.entries(FAULTS)) {
  Deno.test(`storeContract() notices a store that ${what}`, async () => {
    const failed = await failures(faulty(fault));
    assert(failed.includes(check), `failed: ${failed}`);
  });
}

Deno.test("storeContract() says what a store breaks", async () => {
  const open = faulty(() => ({ destroy: () => Promise.resolve() }));
  const check = storeContract(open).find(({ name }) => name.includes("brings nothing back"));
  await assertRejects(
    () => check?.run() ?? Promise.resolve(),
    Error,
    "The store breaks its contract: the destroyed session is ",
  );
});
