import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals } from "@std/assert";
import { testContract } from "./contract.ts";
import { keep, ownedBy, recordOf, rejection, renew } from "./sample.ts";

const shared = new MemoryStore();
testContract("MemoryStore", { open: () => shared });

Deno.test("MemoryStore() forgets what has had its time", async () => {
  let time = Date.now();
  const store = new MemoryStore({ now: () => time });
  const id = await keep(store, recordOf(1), { lifetime: 10 });
  const forever = await keep(store, recordOf(1), { lifetime: null });
  time += 9_999;
  assertEquals(await rejection(store, id), null);
  time += 1;
  assertEquals(await rejection(store, id), "unknown id");
  time += 1e12;
  assertEquals(await rejection(store, forever), null);
});

Deno.test("MemoryStore() knows a retired id for a minute", async () => {
  let time = Date.now();
  const store = new MemoryStore({ now: () => time });
  const id = await keep(store, recordOf(1));
  await renew(store, id);
  time += 59_999;
  assertEquals(await rejection(store, id), "retired");
  time += 1;
  assertEquals(await rejection(store, id), "unknown id");
});

Deno.test("MemoryStore() drops what has expired from memory, and nothing else", async () => {
  let time = Date.now();
  const store = new MemoryStore({ now: () => time });
  const expired = await keep(store, recordOf(1, "ann"), { lifetime: 1 });
  const living = await keep(store, recordOf(2, "ann"), { lifetime: null });
  time += 1_000_000;
  for (let count = 0; count < 1024; count++) await keep(store, recordOf(3));
  // Were it there, it would be alive again with the clock set back.
  time -= 1_000_000;
  assertEquals(await rejection(store, expired), "unknown id");
  assertEquals(await rejection(store, living), null);
  assertEquals((await ownedBy(store, "ann")).length, 1);
});
