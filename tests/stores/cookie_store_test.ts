import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CookieOverflowError,
  CookieStore,
  decodeRecord,
  generateSecret,
  type SessionRecord,
} from "../../src/mod.ts";

const RECORD_TEXT = '[1767225600,60,{"counter":1},["info","Hello"],"secret"]';

function record(text = RECORD_TEXT): SessionRecord {
  const decoded = decodeRecord(text);
  if (decoded === null) throw new Error(`Not a record: ${text}`);
  return decoded;
}

function save(store: CookieStore, what = record(), cookieName = "session"): Promise<string> {
  return store.save({
    cookieName,
    value: null,
    loaded: null,
    record: what,
    regenerate: false,
    lifetime: 1201,
    label: "",
  });
}

Deno.test("CookieStore keeps a record in the cookie's value", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store);
  assert(/^[\w-]+$/.test(value));
  const loaded = await store.load(value, "session");
  assertEquals(loaded.record, record());
  assert(loaded.record !== null && loaded.seal?.newest);
});

Deno.test("CookieStore.save() gives another value every time", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  assertNotEquals(await save(store), await save(store));
});

Deno.test("CookieStore.load() gives a record of its own to each request", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store);
  const first = await store.load(value, "session");
  first.record?.data.set("counter", 2);
  first.record?.flash.pop();
  assertEquals((await store.load(value, "session")).record, record());
});

Deno.test("CookieStore.load() answers at once what it sealed or unsealed lately", async () => {
  const secrets = [generateSecret()];
  const store = new CookieStore({ secrets });
  const value = await save(store);
  assert(!(store.load(value, "session") instanceof Promise));
  const other = new CookieStore({ secrets });
  const first = other.load(value, "session");
  assert(first instanceof Promise);
  await first;
  assert(!(other.load(value, "session") instanceof Promise));
  const forgetful = new CookieStore({ secrets, cacheEntries: 0 });
  await forgetful.load(value, "session");
  const again = forgetful.load(value, "session");
  assert(again instanceof Promise);
  await again;
});

Deno.test("CookieStore.load() refuses a value moved from another cookie", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store, record(), "session");
  assertEquals(await store.load(value, "__Host-session"), { record: null, reason: "forged" });
});

Deno.test("CookieStore.load() refuses what is sealed under no secret of its", async () => {
  const value = await save(new CookieStore({ secrets: [generateSecret()] }));
  const store = new CookieStore({ secrets: [generateSecret()] });
  assertEquals(await store.load(value, "session"), { record: null, reason: "unknown key" });
});

Deno.test("CookieStore.load() tells when an older secret sealed the value", async () => {
  const [older, newer] = [generateSecret(), generateSecret()];
  const value = await save(new CookieStore({ secrets: [older] }));
  const loaded = await new CookieStore({ secrets: [newer, older] }).load(value, "session");
  assertEquals(loaded.record !== null && loaded.seal?.newest, false);
});

for (const value of ["", "hello", "AQ", "A".repeat(200), "ü", "\0", "AQ".repeat(100_000)]) {
  Deno.test(`CookieStore.load() takes ${value.slice(0, 10)}… of ${value.length} for no session`, async () => {
    const store = new CookieStore({ secrets: [generateSecret()] });
    const { record } = await store.load(value, "session");
    assertEquals(record, null);
  });
}

Deno.test("CookieStore.save() refuses at once what cannot fit any cookie", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const large = record();
  large.data.set("film", "x".repeat(200_000));
  const error = await assertRejects(() => save(store, large), CookieOverflowError);
  assertEquals(error.report.largest[0], { key: "film", bytes: 200_010 });
});

Deno.test("CookieStore.measure() tells the length of the value, to the character", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  for (const text of ["[1,0,{}]", RECORD_TEXT, '[1,0,{"a":"ü→😀"}]', '[1,0,{"a":"xx"}]']) {
    assertEquals(store.measure(record(text)), (await save(store, record(text))).length);
  }
});

Deno.test("CookieStore has nothing to end, nobody to ask and no owners", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store);
  await store.destroy();
  await store.ping();
  assertEquals((await store.load(value, "session")).record, record());
  assertEquals([store.name, store.limit, "owners" in store], ["cookie", 4096, false]);
});

Deno.test("CookieStore refuses to begin without a proper secret", () => {
  assertThrows(() => new CookieStore({ secrets: [] }), RangeError);
  assertThrows(() => new CookieStore({ secrets: ["c2hvcnQ"] }), RangeError, "at least 32");
});
