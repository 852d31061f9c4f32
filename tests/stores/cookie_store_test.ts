import {
  CookieStore,
  type CookieStoreOptions,
  generateSecret,
  Sessions,
  SessionSizeError,
} from "@satchel/satchel";
import { Keyring, Sealer } from "@satchel/satchel/seal";
import { renewCsrfToken } from "@satchel/satchel/web";
import type { LoadResult, SessionRecord } from "@satchel/satchel/stores/contract";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { spy } from "@std/testing/mock";
import { randomBitsOf } from "../proof/randomness.ts";
import { keep, recordOf, requestWith, writeOf } from "./sample.ts";

const RECORD: SessionRecord = {
  ...recordOf(1),
  flash: [{ level: "info", message: "Hello" }],
  csrf: "secret",
};

function withData(data: SessionRecord["data"], record = RECORD): SessionRecord {
  return { ...record, data };
}

function storeWith({ secrets = [generateSecret()], ...rest }: Partial<CookieStoreOptions> = {}) {
  return new CookieStore({ secrets, ...rest });
}

/** Two stores with the same secret. */
function twoStores(): [CookieStore, CookieStore] {
  const secrets = [generateSecret()];
  return [storeWith({ secrets }), storeWith({ secrets })];
}

/** Loads a value that must be cached. */
function fromCache(store: CookieStore, value: string): LoadResult {
  const loaded = store.load(value, "session");
  assert(!(loaded instanceof Promise), "it is not cached");
  return loaded;
}

/** Loads a value that must not be cached. */
async function unsealed(store: CookieStore, value: string): Promise<LoadResult> {
  const loaded = store.load(value, "session");
  assert(loaded instanceof Promise, "it is cached");
  return await loaded;
}

/** Counts the calls to WebCrypto for sealing and unsealing while something runs. */
async function calls(run: () => unknown): Promise<number> {
  const spies = (["encrypt", "decrypt"] as const).map((name) => spy(crypto.subtle, name));
  try {
    await run();
    return spies.reduce((sum, { calls }) => sum + calls.length, 0);
  } finally {
    for (const spied of spies) spied.restore();
  }
}

// Two nonces that meet would tell two sessions from each other, and more. This shows that all of a
// nonce is drawn at random for each value but the prefix, which a store draws once for many.
Deno.test("CookieStore.save() gives another value every time", async () => {
  const secrets = [generateSecret()];
  const first = (): Promise<string> => keep(storeWith({ secrets }), RECORD);
  assertNotEquals(await first(), await first());
  assertEquals(await randomBitsOf(first), 192);
  const second = async (): Promise<string> => {
    const store = storeWith({ secrets });
    await keep(store, RECORD);
    return await keep(store, RECORD);
  };
  assertEquals(await randomBitsOf(second), 192);
});

// Shows that the value is no mere encoding of the text. That the cipher hides it is shown by the
// vectors, which another implementation made.
Deno.test("CookieStore.save() lets nothing of the session be seen in the value", async () => {
  const value = await keep(storeWith(), withData({ counter: 1, name: "margarethe" }));
  assert(/^[\w-]+$/.test(value));
  const bytes = Uint8Array.fromBase64(value, { alphabet: "base64url" });
  const readable = value + new TextDecoder("latin1").decode(bytes);
  for (const word of [String(RECORD.createdAt), "counter", "name", "margarethe"]) {
    assert(!readable.includes(word), word);
  }
});

Deno.test("CookieStore.load() answers synchronously, without cryptography, what is cached", async () => {
  const [store, other] = twoStores();
  const value = await keep(store, RECORD);
  await unsealed(other, await keep(store, RECORD)); // so the keys are derived
  assertEquals(await calls(() => assertEquals(fromCache(store, value).record, RECORD)), 0);
  assertEquals(await calls(() => unsealed(other, value)), 1);
  assertEquals(await calls(() => fromCache(other, value)), 0);
  assertEquals(fromCache(store, value), fromCache(other, value));
});

Deno.test("CookieStore.save() drops the value that it replaces from the cache, which opens as before", async () => {
  const store = storeWith();
  const [old, another] = [await keep(store, RECORD), await keep(store, RECORD)];
  const next = withData({ counter: 2 });
  const fresh = await store.save(writeOf(next, { value: old }));
  assertEquals(fromCache(store, fresh).record, next);
  assertEquals(fromCache(store, another).record, RECORD);
  assertEquals((await unsealed(store, old)).record, RECORD);
});

for (const options of [{ cacheEntries: 0 }, { cacheBytes: 0 }]) {
  Deno.test(`CookieStore with ${JSON.stringify(options)} caches nothing`, async () => {
    const store = storeWith(options);
    const value = await keep(store, RECORD);
    for (const time of ["first", "second"]) {
      assertEquals((await unsealed(store, value)).record, RECORD, time);
    }
  });
}

for (const bound of ["cacheEntries", "cacheBytes"]) {
  Deno.test(`CookieStore caches no more than ${bound} allows`, async () => {
    const { length } = await keep(storeWith(), RECORD);
    const store = storeWith({ [bound]: bound === "cacheBytes" ? 10 * length : 10 });
    const values: string[] = [];
    for (let count = 0; count < 100; count++) values.push(await keep(store, RECORD));
    const hits: string[] = [];
    for (const value of values.toReversed()) {
      const loaded = store.load(value, "session");
      if (loaded instanceof Promise) assertEquals((await loaded).record, RECORD);
      else hits.push(value);
    }
    assertEquals(hits[0], values.at(-1));
    assert(hits.length <= 10, `${hits.length} hits`);
  });
}

Deno.test("CookieStore caches thousands of cookies if nothing else is said", async () => {
  const store = storeWith();
  const values = await Promise.all(Array.from({ length: 2000 }, () => keep(store, RECORD)));
  for (const value of values) fromCache(store, value);
});

Deno.test("CookieStore.load() says that an older secret sealed a value, and does not cache it", async () => {
  const [older, newer] = [generateSecret(), generateSecret()];
  const value = await keep(storeWith({ secrets: [older] }), RECORD);
  const store = storeWith({ secrets: [newer, older] });
  for (const time of ["first", "second"]) { // it is resealed as soon as it is read
    const loaded = await unsealed(store, value);
    assertEquals(loaded.record, RECORD, time);
    assertEquals(loaded.record !== null && loaded.seal?.newest, false, time);
  }
});

Deno.test("CookieStore.load() refuses what no secret of its own sealed for that cookie, each time", async () => {
  const secrets = [generateSecret()];
  const store = storeWith({ secrets });
  const value = await keep(store, RECORD);
  const flipped = value.slice(0, 60) + (value[60] === "A" ? "B" : "A") + value.slice(61);
  const text = await new Sealer(new Keyring(secrets), "session:session").seal("[]");
  const other = storeWith({ secrets });
  assertEquals((await unsealed(other, value)).record, RECORD); // it is cached under its own name
  for (const _time of ["first", "second"]) {
    assertEquals(await unsealed(store, flipped), { record: null, reason: "forged" });
    assertEquals(await unsealed(store, text), { record: null, reason: "malformed" });
    assertEquals(await unsealed(storeWith(), value), { record: null, reason: "unknown key" });
    assertEquals(await store.load(value, "__Host-session"), { record: null, reason: "forged" });
    assertEquals(await other.load(value, "__Host-session"), { record: null, reason: "forged" });
  }
});

Deno.test("CookieStore.load() takes nothing for a cached value that only resembles it", async () => {
  const store = storeWith();
  for (const a of ["", "x", "xy"]) {
    const record = withData({ a }, recordOf(1));
    const value = await keep(store, record);
    const spellings = [
      ` ${value}`,
      `${value}\n`,
      `${value}=`,
      `"${value}"`,
      value.slice(1),
      value.slice(0, -1),
      value.slice(-8),
      value.toLowerCase(),
    ];
    for (let at = 0; at < value.length; at++) {
      spellings.push(value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1));
    }
    for (const spelling of spellings) {
      assertEquals((await store.load(spelling, "session")).record, null, spelling);
    }
    assertEquals(fromCache(store, value).record, record);
  }
});

Deno.test("CookieStore.load() gives the same of odd values, cached or not", async () => {
  const [store, other] = twoStores();
  const value = await keep(store, {
    ...RECORD,
    data: { text: "a\ud800b", "10": [0, 1e21], ["__proto__"]: { deep: [null] }, b: "\u0000" },
    flash: [{ level: "\udc00", message: "x\ud83d" }],
  });
  const [cached, fresh] = [fromCache(store, value).record, (await unsealed(other, value)).record];
  assertEquals(cached, fresh);
  assertEquals(Object.entries(cached?.data ?? {}), Object.entries(fresh?.data ?? {}));
});

Deno.test("CookieStore.load() gives one record to all, and nobody sees another's changes", async () => {
  const store = storeWith();
  const sessions = new Sessions<{ counter: number; cart: { name: string }[] }>({ store });
  const value = await keep(store, withData({ counter: 1, cart: [{ name: "tea" }] }));
  const shared = fromCache(store, value).record;
  assertStrictEquals(fromCache(store, value).record, shared);
  const before = structuredClone(shared);

  const load = () => sessions.load(requestWith(value));
  const [busy, other] = [await load(), await load()];
  busy.update("counter", (counter = 0) => counter + 1).delete("cart");
  busy.takeFlash();
  busy.flash("Bye");
  renewCsrfToken(busy);
  const third = await load();
  for (const session of [other, third]) {
    assertEquals([...session.entries()], [["counter", 1], ["cart", [{ name: "tea" }]]]);
    assertEquals(session.peekFlash(), [{ level: "info", message: "Hello" }]);
  }
  busy.clear();
  other.destroy();
  assertEquals(third.size, 2);
  for (const session of [busy, other, third]) await sessions.commit(session, new Response());
  assertEquals(shared, before);
  assertEquals((await store.load(value, "session")).record, before);
});

for (const value of ["", "hello", "AQ", "A".repeat(200), "ü", "\0", "AQ".repeat(100_000)]) {
  Deno.test(`CookieStore.load() takes ${value.slice(0, 10)}… of ${value.length} for no session`, async () => {
    assertEquals((await storeWith().load(value, "session")).record, null);
  });
}

Deno.test("CookieStore.save() refuses immediately what cannot fit any cookie", async () => {
  const large = withData({ film: "x".repeat(200_000) });
  const error = await assertRejects(() => keep(storeWith(), large), SessionSizeError);
  assertEquals(error.report.largest[0], { key: "film", bytes: 200_010 });
});

Deno.test("CookieStore.measure() gives the length of the cookie, to the character", async () => {
  const store = storeWith();
  for (const a of ["", "x", "xx", "ü→😀"]) {
    for (const record of [withData({ a }), withData({ a }, recordOf(1))]) {
      assertEquals(store.measure(record, 40), 40 + (await keep(store, record)).length);
    }
  }
});

Deno.test("CookieStore has nothing to end, nobody to ask and no owners", async () => {
  const store = storeWith();
  const value = await keep(store, RECORD);
  await store.destroy();
  await store.ping();
  assertEquals((await store.load(value, "session")).record, RECORD);
  assertEquals([store.name, store.limit, "owners" in store], ["cookie", 4096, false]);
});

Deno.test("CookieStore refuses to begin without a proper secret", () => {
  assertThrows(() => storeWith({ secrets: [] }), RangeError);
  assertThrows(() => storeWith({ secrets: ["c2hvcnQ"] }), RangeError, "at least 32");
});
