import { assertEquals } from "@std/assert";
import type { SessionBackend } from "../../src/stores/backend.ts";
import { MemoryBackend } from "../../src/stores/memory_backend.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { ServerStore } from "../../src/stores/server.ts";
import { contract } from "./contract.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import { find, keep, recordOf, refusal, writeOf } from "./sample.ts";

contract("MemoryStore", () => {
  const written: unknown[] = [];
  const memory = new MemoryBackend(Date.now);
  const { owners } = memory;
  const backend: SessionBackend = {
    name: "memory",
    limit: null,
    read: (key) => memory.read(key),
    write(entries) {
      written.push(entries);
      return memory.write(entries);
    },
    ping: () => memory.ping(),
    owners: {
      remove: (owner, name) => owners.remove(owner, name),
      list: (owner, page) => owners.list(owner, page),
      add(...entry) {
        written.push(entry);
        return owners.add(...entry);
      },
    },
  };
  return Promise.resolve({
    open: (options) => new ServerStore(backend, options),
    dump: () => written.map((entry) => JSON.stringify(entry)).join("\n"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

Deno.test("MemoryStore() forgets what has had its time", async () => {
  let time = Date.now();
  const store = new MemoryStore({ now: () => time });
  const id = String(await store.save(writeOf(recordOf(1), { lifetime: 10 })));
  const forever = String(await store.save(writeOf(recordOf(1), { lifetime: null })));
  time += 9_999;
  assertEquals(await refusal(store, id), null);
  time += 1;
  assertEquals(await refusal(store, id), "unknown id");
  time += 1e12;
  assertEquals(await refusal(store, forever), null);
});

Deno.test("MemoryStore() gives a session a new id of 264 random bits, which owe nothing to the old one", async () => {
  const store = new MemoryStore();
  const olds = await Promise.all(Array.from({ length: 1000 }, () => keep(store, recordOf(1))));
  const bits = await randomBitsOf(async () => {
    const value = olds.pop() ?? "";
    const write = { value, loaded: await find(store, value), regenerate: true };
    return String(await store.save(writeOf(recordOf(1), write))).slice(4); // all but the tag
  });
  assertEquals(bits, 264);
});

Deno.test("MemoryStore() knows a retired id for a minute", async () => {
  let time = Date.now();
  const store = new MemoryStore({ now: () => time });
  const id = await keep(store, recordOf(1));
  const write = { value: id, loaded: await find(store, id), regenerate: true };
  await store.save(writeOf(recordOf(1), write));
  time += 59_999;
  assertEquals(await refusal(store, id), "retired");
  time += 1;
  assertEquals(await refusal(store, id), "unknown id");
});

Deno.test("MemoryBackend() throws out what has expired", async () => {
  let time = 0;
  const backend = new MemoryBackend(() => time);
  const entry = { version: null, value: "x", lifetime: 1 };
  await backend.write([{ ...entry, key: "old" }]);
  await backend.owners.add("ann", "old", "x", 1);
  await backend.owners.add("ann", "new", "x", null);
  time = 2000;
  for (let count = 0; count < 1024; count++) await backend.write([{ ...entry, key: `${count}` }]);
  assertEquals(await backend.owners.list("ann", { limit: 10, before: null }), [["new", "x"]]);
});
