import { assertEquals, assertRejects } from "@std/assert";
import { SessionStoreError } from "../../src/session/errors.ts";
import { KvStore } from "../../src/stores/kv.ts";
import { temporaryFolder } from "../server/server_process.ts";
import { contract, type Place } from "./contract.ts";
import { find, keep, recordOf, withValues, writeOf } from "./sample.ts";

/** Everything in a database, as text. */
async function dump(kv: Deno.Kv): Promise<string> {
  let text = "";
  for await (const { key, value } of kv.list({ prefix: [] })) {
    text += key.join(" ") + " ";
    text += value instanceof Uint8Array
      ? `${value.toBase64({ alphabet: "base64url" })} ${new TextDecoder().decode(value)}\n`
      : `${value}\n`;
  }
  return text;
}

contract("KvStore in memory", async (): Promise<Place> => {
  const kv = await Deno.openKv(":memory:");
  return {
    open: (options) => new KvStore(kv, options),
    dump: () => dump(kv),
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
});

contract("KvStore in a file", async (): Promise<Place> => {
  const folder = temporaryFolder();
  const path = `${folder.path}/sessions.sqlite`;
  // Two connections collide over the file as two processes would.
  const all = [await Deno.openKv(path), await Deno.openKv(path)];
  let opened = 0;
  return {
    open: (options) => new KvStore(all[opened++ % 2] as Deno.Kv, options),
    dump: () => dump(all[0] as Deno.Kv),
    [Symbol.asyncDispose]() {
      for (const kv of all) kv.close();
      return Promise.resolve(folder[Symbol.dispose]());
    },
  };
});

Deno.test("KvStore() takes sessions up to the 64 KiB of a value", async () => {
  using kv = await Deno.openKv(":memory:");
  const store = new KvStore(kv);
  assertEquals(store.limit, 65_536);
  const small = withValues(recordOf(1), { big: "" });
  const big = "x".repeat(65_536 - store.measure(small));
  const record = withValues(small, { big });
  const id = await keep(store, record);
  assertEquals((await find(store, id)).record, record);
  const larger = withValues(record, { big: `${big}x` });
  const loaded = await find(store, id);
  await assertRejects(
    () => store.save(writeOf(larger, { value: id, loaded })),
    RangeError,
    "Cannot fit the session into the kv store: 65537 bytes, at most 65536 are allowed",
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
