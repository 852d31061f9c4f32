import { SessionSizeError, SessionStoreError } from "@satchel/satchel";
import { KvStore } from "@satchel/satchel/stores/kv";
import { assertEquals, assertRejects } from "@std/assert";
import { has } from "../support/has.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { testContract } from "./contract.ts";
import { keep, recordOf } from "./sample.ts";

/** Everything in a database, as text. */
async function dump(kv: Deno.Kv): Promise<string> {
  const lines = await Array.fromAsync(kv.list({ prefix: [] }), ({ key, value }) => {
    const values = value instanceof Uint8Array
      ? [value.toBase64({ alphabet: "base64url" }), new TextDecoder().decode(value)]
      : [value];
    return [...key, ...values].join(" ");
  });
  return lines.join("\n");
}

const memory = await Deno.openKv(":memory:");
testContract("KvStore in memory", { open: () => new KvStore(memory), dump: () => dump(memory) });

const folder = has("files") ? temporaryFolder() : null;
const path = folder === null ? ":memory:" : `${folder.path}/sessions.sqlite`;
// Two connections collide over the file as two processes would.
const [one, two] = [await Deno.openKv(path), await Deno.openKv(path)];
let opened = 0;
testContract("KvStore in a file", {
  open: () => new KvStore(opened++ % 2 === 0 ? one : two),
  dump: () => dump(one),
}, { ignore: folder === null });

Deno.test.afterAll(() => {
  for (const kv of [memory, one, two]) kv.close();
  folder?.[Symbol.dispose]();
});

Deno.test("KvStore() takes sessions up to the 64 KiB of a value", async () => {
  const store = new KvStore(memory);
  assertEquals(store.limit, 65_536);
  await assertRejects(
    () => keep(store, { ...recordOf(1), data: { big: "x".repeat(65_536) } }),
    SessionSizeError,
    "Cannot fit the session into the kv store: 65590 bytes, at most 65536 are allowed",
  );
});

Deno.test("KvStore() keeps to its prefix", async () => {
  using kv = await Deno.openKv(":memory:");
  await keep(new KvStore(kv, { prefix: "shop" }), recordOf(1, "ann"));
  const keys = await Array.fromAsync(kv.list({ prefix: [] }), ({ key }) => key.slice(0, 2));
  assertEquals(keys, [["shop", "owner"], ["shop", "session"]]);
});

Deno.test("KvStore() fails when its database is closed", async () => {
  const kv = await Deno.openKv(":memory:");
  const store = new KvStore(kv);
  kv.close();
  await assertRejects(() => store.ping(), SessionStoreError, "Cannot reach the kv store: ");
});

Deno.test("KvStore() lets the database forget what has had its time", async () => {
  using kv = await Deno.openKv(":memory:");
  const times: unknown[] = [];
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = atomic();
    const set = operation.set.bind(operation);
    operation.set = (key, value, options) => {
      times.push(options?.expireIn);
      return set(key, value, options);
    };
    return operation;
  };
  await keep(new KvStore(kv), recordOf(1), { lifetime: 10 });
  await keep(new KvStore(kv), recordOf(1), { lifetime: null });
  assertEquals(times, [10_000, undefined]);
});

Deno.test("KvStore() gives up on a file that stays locked", async () => {
  using kv = await Deno.openKv(":memory:");
  kv.get = () => Promise.reject(new Error("database is locked"));
  const message = "Cannot reach the kv store: database is locked";
  await assertRejects(() => new KvStore(kv).ping(), SessionStoreError, message);
});
