import { SessionConflictError } from "@satchel/satchel";
import { ServerStore } from "@satchel/satchel/stores/server";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { spy } from "@std/testing/mock";
import { randomBitsOf } from "../proof/randomness.ts";
import { MapBackend } from "./map_backend.ts";
import {
  counter,
  find,
  inParallel,
  keep,
  ownedBy,
  recordOf,
  rejection,
  renew,
  writeOf,
} from "./sample.ts";

/** Counts the calls to WebCrypto while something runs. */
async function calls(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const names = ["digest", "importKey", "deriveKey", "encrypt", "decrypt"] as const;
  const spies = names.map((name) => ({ name, spied: spy(crypto.subtle, name) }));
  try {
    await run();
    const counts = spies.map(({ name, spied }) => [name, spied.calls.length] as const);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  } finally {
    for (const { spied } of spies) spied.restore();
  }
}

Deno.test("ServerStore() reads a cached session without cryptography and writes it with one call", async () => {
  const store = new ServerStore(new MapBackend());
  const id = await keep(store, recordOf(1));
  assertEquals(await calls(() => find(store, id)), {});
  const write = writeOf(recordOf(2), { value: id, loaded: await find(store, id) });
  assertEquals(await calls(() => store.save(write)), { encrypt: 1 });
  assertEquals(await calls(() => find(store, id)), {});
});

Deno.test("ServerStore() decrypts what another process wrote, once", async () => {
  const backend = new MapBackend();
  const [store, other] = [new ServerStore(backend), new ServerStore(backend)];
  const id = await keep(store, recordOf(1));
  const once = { digest: 2, importKey: 1, deriveKey: 1, decrypt: 1 };
  assertEquals(await calls(() => find(other, id)), once);
  assertEquals(await calls(() => find(other, id)), {});
  await other.save(writeOf(recordOf(2), { value: id, loaded: await find(other, id) }));
  assertEquals(await calls(() => find(store, id)), { decrypt: 1 });
  assertEquals(await counter(store, id), 2);
});

Deno.test("ServerStore() spends one hash on an id that it does not know", async () => {
  const store = new ServerStore(new MapBackend());
  assertEquals(await calls(() => rejection(store, "A".repeat(48))), { digest: 1 });
});

Deno.test("ServerStore() hands out ids of 264 random bits, a new one owing nothing to the old one", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const first = async (): Promise<string> => {
    const id = await keep(store, recordOf(1));
    assertMatch(id, /^[\w-]{48}$/);
    backend.values.clear(); // the same bytes are drawn again
    return id;
  };
  assert(await randomBitsOf(first) >= 264);
  const olds = await inParallel(1000, () => keep(store, recordOf(1)));
  const bits = await randomBitsOf(async () => {
    const old = olds.pop() ?? "";
    const id = String(await renew(store, old));
    assertEquals(id.slice(0, 4), old.slice(0, 4)); // the tag, which keeps both on one machine
    return id.slice(4);
  });
  assertEquals(bits, 264);
});

// Two nonces that meet under one key would tell two states of a session from each other, and more.
Deno.test("ServerStore() seals each state of a session under a nonce of 96 random bits", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const value = await keep(store, recordOf(1));
  const { record } = await find(store, value);
  const bits = await randomBitsOf(async () => {
    await store.save(writeOf(record, { value, loaded: await find(store, value) }));
    return [...backend.values.values()].map(({ value }) => value).join();
  });
  assertEquals(bits, 96);
});

Deno.test("ServerStore() asks its backend for nothing that is not an id", async () => {
  const backend = new MapBackend();
  const read = spy(backend, "read");
  const store = new ServerStore(backend);
  const id = "A".repeat(47);
  const bad = ["", "x".repeat(4000), "*", "../../etc/passwd", id, `${id}AA`, `${id}=`, `${id}/`];
  for (const value of [...bad, ` ${id}`, `${id}\n`, `satchel:{AAAA}${id}`]) {
    assertEquals(await store.load(value, "session"), { record: null, reason: "malformed" });
    await store.destroy(value, "session");
  }
  assertEquals(read.calls.length, 0);
  await store.load(`${id}A`, "session");
  assertMatch(String(read.calls[0]?.args[0]), /^AAAA[\w-]{43}$/);
});

Deno.test("ServerStore() obeys the smaller of its limit and the backend's", () => {
  const backend = Object.assign(new MapBackend(), { limit: 1000 });
  assertEquals(new ServerStore(backend).limit, 1000);
  assertEquals(new ServerStore(backend, { maxBytes: 500 }).limit, 500);
  assertEquals(new ServerStore(new MapBackend()).limit, 1_048_576);
});

Deno.test("ServerStore() without lists knows no owners", () => {
  const { name, limit, read, write, ping } = new MapBackend();
  assertEquals(new ServerStore({ name, limit, read, write, ping }).owners, undefined);
});

Deno.test("ServerStore.save() takes a loaded session of its own kind and of the same cookie", async () => {
  const store = new ServerStore(new MapBackend());
  const value = await keep(store, recordOf(1), { cookieName: "pending" });
  const foreign = writeOf(recordOf(1), { value, loaded: { record: recordOf(1) } });
  await assertRejects(() => store.save(foreign), TypeError, "it was not loaded from this store");
  const loaded = await find(store, value, "pending");
  const message =
    'Cannot write the session under the cookie name "auth": it was loaded under "pending"';
  for (const regenerate of [false, true]) {
    const moved = writeOf(recordOf(2), { cookieName: "auth", value, loaded, regenerate });
    await assertRejects(() => store.save(moved), TypeError, message);
  }
  assertEquals(await counter(store, value, "pending"), 1);
});

Deno.test("ServerStore() refuses records that were moved to another id or cookie name", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const [one, two] = [await keep(store, recordOf(1)), await keep(store, recordOf(2))];
  const [first = "", second = ""] = backend.values.keys();
  const sealed = String(backend.values.get(first)?.value);
  backend.put(second, sealed);
  assertEquals(await rejection(store, two), "forged");
  const read = spy(backend, "read");
  assertEquals(await rejection(store, one, "auth"), "unknown id");
  backend.put(String(read.calls[0]?.args[0]), sealed);
  assertEquals(await rejection(store, one, "auth"), "forged");
  await store.destroy(two, "session"); // what is forged can be ended all the same
  assertEquals(await rejection(store, two), "unknown id");
});

Deno.test("ServerStore() ends a session that moves to the top of the list while it is read", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  // Entries without a session, too young to be swept out, fill the first step.
  await inParallel(100, async () => {
    const old = await keep(store, recordOf(1, "ann"));
    await renew(store, old);
    await store.destroy(old, "session");
  });
  const { createdAt } = recordOf(1);
  let id = await keep(store, { ...recordOf(1, "ann"), createdAt: createdAt - 1000 });
  const { list } = backend.owners;
  backend.owners.list = async (owner, page) => {
    if (page.before !== null && backend.owners.list !== list) {
      backend.owners.list = list;
      const loaded = await find(store, id);
      const record = { ...loaded.record, createdAt: createdAt + 1 };
      id = String(await store.save(writeOf(record, { value: id, loaded, regenerate: true })));
    }
    return await list.call(backend.owners, owner, page);
  };
  await store.owners?.destroy("ann", null);
  assertEquals(backend.owners.list, list, "it moved");
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("ServerStore.owners lists what comes after a handle, whether its session ever was or not", async () => {
  const store = new ServerStore(new MapBackend());
  await keep(store, recordOf(1, "ann"));
  const [{ handle } = { handle: "" }] = await ownedBy(store, "ann");
  assertEquals((await ownedBy(store, "ann", { before: `9${handle.slice(1)}` })).length, 1);
  assertEquals(
    await ownedBy(store, "ann", { before: `0${"0".repeat(15)}${handle.slice(16)}` }),
    [],
  );
});

Deno.test("ServerStore() renews its entry in the list once a minute", async () => {
  let time = Date.now();
  const backend = new MapBackend();
  const add = spy(backend.owners, "add");
  const store = new ServerStore(backend, { now: () => time });
  const id = await keep(store, recordOf(1, "ann"));
  const write = async (): Promise<number> => {
    const loaded = await find(store, id);
    const record = { ...loaded.record, renewedAt: Math.floor(time / 1000) };
    await store.save(writeOf(record, { value: id, loaded }));
    return add.calls.length;
  };
  const counts: number[] = [];
  for (const passed of [0, 59_000, 1000, 0]) {
    time += passed;
    counts.push(await write());
  }
  assertEquals(counts, [1, 1, 2, 2]);
  const [listed] = await ownedBy(store, "ann");
  assertEquals(listed?.renewedAt.getTime(), Math.floor(time / 1000) * 1000);
});

Deno.test("ServerStore() sweeps entries without a session out of a list, but no young ones", async () => {
  let time = Date.now();
  const backend = new MapBackend();
  const store = new ServerStore(backend, { now: () => time });
  await keep(store, recordOf(1, "ann"));
  backend.values.clear();
  time += 11_000;
  assertEquals(await ownedBy(store, "ann"), []);
  assertEquals(await store.owners?.destroy("ann", null), 0);
  assertEquals(backend.owners.entries.size, 1);
  time += 300_000;
  assertEquals(await ownedBy(store, "ann"), []);
  assertEquals(backend.owners.entries.size, 0);
});

Deno.test("ServerStore() enters a session into the list before it writes it", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const order: string[] = [];
  for (
    const [on, name] of [[backend, "write"], [backend.owners, "add"], [
      backend.owners,
      "remove",
    ]] as const
  ) {
    const method = Reflect.get(on, name);
    Reflect.set(on, name, (...args: unknown[]) => {
      order.push(name);
      return method.apply(on, args);
    });
  }
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
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  backend.owners.remove = () => Promise.reject(new Error("down"));
  await store.destroy(id, "session");
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("ServerStore() ends sessions whose entry cannot be read", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"), { label: "Netscape" });
  for (const key of backend.owners.entries.keys()) backend.owners.entries.set(key, "garbled");
  assertEquals((await ownedBy(store, "ann")).map(({ label }) => label), [""]);
  assertEquals(await store.owners?.destroy("ann", null), 1);
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("ServerStore() gives up on a session that changes all the time", async () => {
  const backend = new MapBackend();
  const store = new ServerStore(backend);
  const id = await keep(store, recordOf(1, "ann"));
  const [{ handle } = { handle: "" }] = await ownedBy(store, "ann");
  backend.write = () => Promise.resolve(false);
  await assertRejects(() => store.destroy(id, "session"), SessionConflictError);
  await assertRejects(async () => await store.owners?.destroy("ann", null), SessionConflictError);
  await assertRejects(async () => await store.owners?.revoke("ann", handle), SessionConflictError);
});
