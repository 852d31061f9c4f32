import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { SessionStoreError } from "../../src/session/errors.ts";
import type { SessionBackend } from "../../src/stores/backend.ts";
import { TimeoutBackend } from "../../src/stores/timeout.ts";
import { MemoryBackend } from "../../src/stores/memory_backend.ts";
import { ServerStore } from "../../src/stores/server.ts";
import { end, find, keep, recordOf, writeOf } from "./sample.ts";

const memory = new MemoryBackend(Date.now);

function backend(rest: Partial<SessionBackend> = {}): SessionBackend {
  return {
    name: "test",
    limit: 1000,
    read: (key) => memory.read(key),
    write: (entries) => memory.write(entries),
    ping: () => memory.ping(),
    ...rest,
  };
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

Deno.test("TimeoutBackend passes on what its backend does", async () => {
  const guarded = new TimeoutBackend(backend({ owners: memory.owners }), 1000);
  assertEquals([guarded.name, guarded.limit], ["test", 1000]);
  const entry = { key: "k", version: null, value: "x", lifetime: null };
  assertEquals(await guarded.write([entry]), true);
  assertEquals(await guarded.write([entry]), false);
  assertEquals((await guarded.read("k"))?.value, "x");
  assertEquals(await guarded.read("none"), null);
  await guarded.ping();
  await guarded.owners?.add("ann", "k", "text", null);
  const page = { limit: 10, before: null };
  assertEquals(await guarded.owners?.list("ann", page), [["k", "text"]]);
  await guarded.owners?.remove("ann", "k");
  assertEquals(await guarded.owners?.list("ann", page), []);
  assertEquals(new TimeoutBackend(backend(), 1000).owners, undefined);
});

for (
  const [what, ping] of [
    ["rejects", () => Promise.reject(new Error("no disk"))],
    ["throws", () => {
      throw new Error("no disk");
    }],
  ] as const
) {
  Deno.test(`TimeoutBackend tells the cause when its backend ${what}`, async () => {
    const guarded = new TimeoutBackend(backend({ ping }), 1000);
    const error = await assertRejects(
      () => guarded.ping(),
      SessionStoreError,
      "Cannot reach the test store: no disk",
    );
    assertInstanceOf(error.cause, Error);
  });
}

Deno.test("TimeoutBackend tells a cause that is no error", async () => {
  const guarded = new TimeoutBackend(backend({ ping: () => Promise.reject("gone") }), 1000);
  await assertRejects(() => guarded.ping(), SessionStoreError, "test store: gone");
});

Deno.test("TimeoutBackend gives each answer its time, and no more", async () => {
  let delay = 0;
  const guarded = new TimeoutBackend(backend({ ping: () => after(delay, "pong") }), 60);
  const ask = (ms: number): Promise<unknown> => {
    delay = ms;
    return guarded.ping().catch((error: Error) => error.message);
  };
  const first = ask(10);
  const late = ask(150);
  await after(40, null);
  const third = ask(30);
  const tooLate = "Cannot reach the test store: no answer within 60 ms";
  assertEquals(await Promise.all([first, late, third, ask(120)]), [
    "pong",
    tooLate,
    "pong",
    tooLate,
  ]);
  await after(150, null); // the answers that nobody waits for any more
  assertEquals(await ask(0), "pong");
});

Deno.test("ServerStore() takes a failing backend for no missing session", async () => {
  let isDown = false;
  const store = new ServerStore(backend({
    read: (key) => isDown ? Promise.reject(new Error("down")) : memory.read(key),
    write: (entries) => isDown ? Promise.reject(new Error("down")) : memory.write(entries),
  }));
  const id = await keep(store, recordOf(1));
  const loaded = await find(store, id);
  isDown = true;
  await assertRejects(async () => await store.load(id, "session"), SessionStoreError);
  const write = writeOf(recordOf(2), { value: id, loaded });
  await assertRejects(() => store.save(write), SessionStoreError);
  await assertRejects(() => end(store, id), SessionStoreError);
  isDown = false;
  assertEquals(await store.save(write), id);
});

Deno.test("ServerStore() without lists knows no owners", () => {
  assertEquals(new ServerStore(backend()).owners, undefined);
});

Deno.test("ServerStore() obeys the smaller of its limit and the backend's", () => {
  assertEquals(new ServerStore(backend()).limit, 1000);
  assertEquals(new ServerStore(backend(), { maxBytes: 500 }).limit, 500);
  assertEquals(new ServerStore(backend({ limit: null })).limit, 1_048_576);
});

Deno.test("ServerStore() asks its backend for nothing that is no id", async () => {
  const asked: string[] = [];
  const store = new ServerStore(backend({
    read(key) {
      asked.push(key);
      return memory.read(key);
    },
  }));
  for (const bad of ["../../etc/passwd", "x".repeat(4000), "", "*", "satchel:{AAAA}x"]) {
    await store.load(bad, "session");
    await end(store, bad);
  }
  assertEquals(asked, []);
  await store.load("A".repeat(48), "session");
  assert(asked.length === 1 && /^AAAA[\w-]{43}$/.test(String(asked[0])));
});
