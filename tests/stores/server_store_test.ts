import { assert, assertEquals } from "@std/assert";
import { SessionStoreError } from "../../src/session/errors.ts";
import { spy } from "@std/testing/mock";
import { MemoryBackend } from "../../src/stores/memory_backend.ts";
import { ServerStore } from "../../src/stores/server.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import { counter, end, find, keep, ownedBy, recordOf, refusal, writeOf } from "./sample.ts";

/** Counts the calls to WebCrypto while something runs. */
async function calls(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const names = ["digest", "importKey", "deriveKey", "encrypt", "decrypt"] as const;
  const spies = names.map((name) => ({ name, spied: spy(crypto.subtle, name) }));
  try {
    await run();
    return Object.fromEntries(
      spies.flatMap(({ name, spied }) =>
        spied.calls.length > 0 ? [[name, spied.calls.length]] : []
      ),
    );
  } finally {
    for (const { spied } of spies) spied.restore();
  }
}

Deno.test("ServerStore() reads a known session without cryptography and writes it with one call", async () => {
  const store = new ServerStore(new MemoryBackend(Date.now));
  const id = await keep(store, recordOf(1));
  assertEquals(await calls(() => find(store, id)), {});
  const loaded = await find(store, id);
  const write = writeOf(recordOf(2), { value: id, loaded });
  assertEquals(await calls(() => store.save(write)), { encrypt: 1 });
  assertEquals(await calls(() => find(store, id)), {});
});

Deno.test("ServerStore() decrypts what another process wrote, once", async () => {
  const backend = new MemoryBackend(Date.now);
  const [store, other] = [new ServerStore(backend), new ServerStore(backend)];
  const id = await keep(store, recordOf(1));
  assertEquals(await calls(() => find(other, id)), {
    digest: 2,
    importKey: 1,
    deriveKey: 1,
    decrypt: 1,
  });
  assertEquals(await calls(() => find(other, id)), {});
  const loaded = await find(other, id);
  await other.save(writeOf(recordOf(2), { value: id, loaded }));
  assertEquals(await calls(() => find(store, id)), { decrypt: 1 });
  assertEquals(await counter(store, id), 2);
});

Deno.test("ServerStore() spends one hash on an id that it does not know", async () => {
  const store = new ServerStore(new MemoryBackend(Date.now));
  assertEquals(await calls(() => refusal(store, "A".repeat(48))), { digest: 1 });
});

Deno.test("ServerStore() works without remembering anything", async () => {
  const store = new ServerStore(new MemoryBackend(Date.now), { cacheEntries: 0 });
  const id = await keep(store, recordOf(1));
  assertEquals(await counter(store, id), 1);
});

Deno.test("ServerStore() refuses records that were tampered with or moved", async () => {
  const backend = new MemoryBackend(Date.now);
  const keys: string[] = [];
  const store = new ServerStore({
    name: "memory",
    limit: null,
    read: (key) => backend.read(key),
    ping: () => backend.ping(),
    write(entries) {
      keys.push(...entries.map(({ key }) => key));
      return backend.write(entries);
    },
  });
  const [one, two] = [await keep(store, recordOf(1)), await keep(store, recordOf(2))];
  const [first = "", second = ""] = keys;
  const [kept, other] = [await backend.read(first), await backend.read(second)];
  await backend.write([
    { key: second, version: other?.version, value: kept?.value ?? "", lifetime: null },
  ]);
  assertEquals(await refusal(store, two), "forged");
  const changed = `${kept?.value.slice(0, -4)}AAAA`;
  await backend.write([{ key: first, version: kept?.version, value: changed, lifetime: null }]);
  assertEquals(await refusal(store, one), "forged");
  await end(store, one);
  assertEquals(await refusal(store, one), "unknown id");
});

Deno.test("ServerStore() refuses a record that was moved to another cookie's name", async () => {
  const backend = new MemoryBackend(Date.now);
  const asked: string[] = [];
  const store = new ServerStore({
    name: "memory",
    limit: null,
    read(key) {
      asked.push(key);
      return backend.read(key);
    },
    ping: () => backend.ping(),
    write: (entries) => backend.write(entries),
  });
  const id = String(await store.save(writeOf(recordOf(1), { cookieName: "pending" })));
  for (const name of ["pending", "auth"]) await store.load(id, name);
  const [pending = "", auth = ""] = asked;
  const kept = await backend.read(pending);
  const entry = { key: auth, version: null, value: String(kept?.value), lifetime: null };
  assert(await backend.write([entry]));
  assertEquals(await store.load(id, "auth"), { record: null, reason: "forged" });
});

Deno.test("ServerStore() ends a session that moves to the top of the list while it is read", async () => {
  const backend = new MemoryBackend(Date.now);
  const { owners } = backend;
  const began = recordOf(1, "ann").createdAt;
  let id = "";
  let isMoved = false;
  const store: ServerStore = new ServerStore({
    name: "memory",
    limit: null,
    read: (key) => backend.read(key),
    ping: () => backend.ping(),
    write: (entries) => backend.write(entries),
    owners: {
      add: (...entry) => owners.add(...entry),
      remove: (...entry) => owners.remove(...entry),
      async list(owner, page) {
        if (page.before !== null && !isMoved) {
          isMoved = true;
          const loaded = await find(store, id);
          const record = { ...loaded.record, createdAt: began + 1 };
          id = String(await store.save(writeOf(record, { value: id, loaded, regenerate: true })));
        }
        return await owners.list(owner, page);
      },
    },
  });
  // Entries without a session, too young to be swept out, fill the first step.
  for (let count = 0; count < 100; count++) {
    const old = await keep(store, recordOf(1, "ann"));
    await store.save(writeOf(recordOf(1, "ann"), {
      value: old,
      loaded: await find(store, old),
      regenerate: true,
    }));
    await end(store, old);
  }
  id = await keep(store, { ...recordOf(1, "ann"), createdAt: began - 1000 });
  await store.owners?.destroy("ann", null);
  assert(isMoved);
  assertEquals(await refusal(store, id), "unknown id");
});

// Two nonces that meet under one key would tell two states of a session from each other, and more.
Deno.test("ServerStore() seals each state of a session under a nonce of 96 random bits", async () => {
  const memory = new MemoryBackend(Date.now);
  let written = "";
  const store = new ServerStore({
    name: "memory",
    limit: null,
    read: (key) => memory.read(key),
    ping: () => memory.ping(),
    write(entries) {
      written = String(entries[0]?.value);
      return memory.write(entries);
    },
  });
  const record = recordOf(1);
  const value = await keep(store, record);
  const bits = await randomBitsOf(async () => {
    await store.save(writeOf(record, { value, loaded: await find(store, value) }));
    return written;
  });
  assertEquals(bits, 96);
});

Deno.test("ServerStore() renews its entry in the list once a minute", async () => {
  let time = Date.now();
  const backend = new MemoryBackend(() => time);
  const add = spy(backend.owners, "add");
  const store = new ServerStore(backend, { now: () => time });
  const id = await keep(store, recordOf(1, "ann"));
  const write = async (): Promise<number> => {
    const loaded = await find(store, id);
    const record = { ...loaded.record, renewedAt: Math.floor(time / 1000) };
    await store.save(writeOf(record, { value: id, loaded }));
    return add.calls.length;
  };
  assertEquals(await write(), 1);
  time += 59_000;
  assertEquals(await write(), 1);
  time += 1000;
  assertEquals(await write(), 2);
  assertEquals(await write(), 2);
  const [listed] = await ownedBy(store, "ann");
  assertEquals(listed?.renewedAt.getTime(), Math.floor(time / 1000) * 1000);
});

Deno.test("ServerStore() sweeps entries without a session out of a list, but no young ones", async () => {
  let time = Date.now();
  const backend = new MemoryBackend(() => time);
  const store = new ServerStore(backend, { now: () => time });
  await store.save(writeOf(recordOf(1, "ann"), { lifetime: 10 }));
  const remove = spy(backend.owners, "remove");
  time += 11_000;
  assertEquals(await ownedBy(store, "ann"), []);
  assertEquals(await store.owners?.destroy("ann", null), 0);
  assertEquals(remove.calls.length, 0);
  time += 300_000;
  assertEquals(await ownedBy(store, "ann"), []);
  assertEquals(remove.calls.length, 1);
});

Deno.test("ServerStore() enters a session into the list before it writes it", async () => {
  const backend = new MemoryBackend(Date.now);
  const order: string[] = [];
  const { owners } = backend;
  const store = new ServerStore({
    name: "memory",
    limit: null,
    read: (key) => backend.read(key),
    ping: () => backend.ping(),
    write(entries) {
      order.push("write");
      return backend.write(entries);
    },
    owners: {
      list: (owner, page) => owners.list(owner, page),
      add(...entry) {
        order.push("add");
        return owners.add(...entry);
      },
      remove(...entry) {
        order.push("remove");
        return owners.remove(...entry);
      },
    },
  });
  const id = await keep(store, recordOf(1, "ann"));
  assertEquals(order.splice(0), ["add", "write"]);
  const [loaded, late] = [await find(store, id), await find(store, id)];
  const renewal = writeOf(recordOf(1, "ann"), { value: id, loaded, regenerate: true });
  assert(await store.save(renewal));
  assertEquals(order.splice(0), ["add", "write", "remove"]);
  assertEquals(await store.save({ ...renewal, loaded: late }), null);
  assertEquals(order.splice(0), ["add", "write", "remove"]);
  assertEquals((await ownedBy(store, "ann")).length, 1);
});

Deno.test("ServerStore() ends a session though the list cannot be reached", async () => {
  const backend = new MemoryBackend(Date.now);
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  backend.owners.remove = () => Promise.reject(new Error("down"));
  await end(store, id);
  assertEquals(await refusal(store, id), "unknown id");
});

Deno.test("ServerStore() ends sessions whose entry cannot be read", async () => {
  const backend = new MemoryBackend(Date.now);
  const add = spy(backend.owners, "add");
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  const [owner, key] = add.calls[0]?.args ?? [];
  await backend.owners.add(String(owner), String(key), "garbled", null);
  assertEquals((await ownedBy(store, "ann")).map(({ label }) => label), [""]);
  assertEquals(await store.owners?.destroy("ann", null), 1);
  assertEquals(await refusal(store, id), "unknown id");
});

Deno.test("ServerStore() gives up on a session that changes all the time", async () => {
  const backend = new MemoryBackend(Date.now);
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  backend.write = () => Promise.resolve(false);
  for (const attempt of [() => end(store, id), () => store.owners?.destroy("ann", null)]) {
    const error = await attempt()?.catch((error: unknown) => error);
    assert(error instanceof SessionStoreError && error.name === "SessionConflictError");
  }
});
