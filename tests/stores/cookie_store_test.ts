import { decodeRecord } from "../../src/session/record.ts";
import { drawCsrf } from "../support/draw_csrf.ts";
import { stateOf } from "../../src/session/session.ts";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { spy } from "@std/testing/mock";
import { CookieStore, generateSecret, SessionSizeError } from "../../src/session/mod.ts";
import type { LoadResult, SessionRecord } from "../../src/stores/contract.ts";
import { Keyring, Sealer } from "../../src/seal/mod.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import { sessionsIn, Visitor } from "../session/visitor.ts";

const RECORD_TEXT = '[1767225600,60,{"counter":1},["info","Hello"],"secret"]';

function record(text = RECORD_TEXT): SessionRecord {
  const decoded = decodeRecord(text);
  if (decoded === null) throw new Error(`Not a record: ${text}`);
  return decoded;
}

/** Seals a record, in place of an older value if there is one. */
function save(
  store: CookieStore,
  what = record(),
  { cookieName = "session", value = null }: { cookieName?: string; value?: string | null } = {},
): Promise<string> {
  return store.save({
    cookieName,
    cookieOverhead: 40,
    value,
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

// Two nonces that meet would tell two sessions from each other, and more. This shows that all of a
// nonce is drawn at random for each value but the prefix, which a store draws once for many.
Deno.test("CookieStore.save() gives another value every time", async () => {
  const secrets = [generateSecret()];
  const store = new CookieStore({ secrets });
  assertNotEquals(await save(store), await save(store));
  assertEquals(await randomBitsOf(() => save(new CookieStore({ secrets }))), 192);
  const second = async () => {
    const store = new CookieStore({ secrets });
    await save(store);
    return await save(store);
  };
  assertEquals(await randomBitsOf(second), 192);
});

// Shows that the value is no mere encoding of the text. That the cipher hides it is shown by the
// vectors, which another implementation made.
Deno.test("CookieStore.save() lets nothing of the session be seen in the value", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store, record('[1767225600,60,{"counter":1,"name":"margarethe"}]'));
  const bytes = Uint8Array.fromBase64(value, { alphabet: "base64url" });
  const readable = value + new TextDecoder("latin1").decode(bytes);
  for (const word of ["1767225600", "counter", "name", "margarethe"]) {
    assert(!readable.includes(word), word);
  }
});

/** Asserts that a store remembers a value, and gives what it remembers. */
function atOnce(store: CookieStore, value: string): LoadResult {
  const loaded = store.load(value, "session");
  assert(!(loaded instanceof Promise), "it is not remembered");
  return loaded;
}

/** Asserts that a store does not remember a value, and gives what it finds. */
async function later(store: CookieStore, value: string): Promise<LoadResult> {
  const loaded = store.load(value, "session");
  assert(loaded instanceof Promise, "it is remembered");
  return await loaded;
}

/** Calls of WebCrypto for sealing and unsealing while something runs. */
async function calls(run: () => unknown): Promise<number> {
  const spies = (["encrypt", "decrypt"] as const).map((name) => spy(crypto.subtle, name));
  try {
    await run();
    return spies.reduce((sum, { calls }) => sum + calls.length, 0);
  } finally {
    for (const spied of spies) spied.restore();
  }
}

Deno.test("CookieStore.load() answers at once what it sealed or unsealed lately", async () => {
  const secrets = [generateSecret()];
  const [store, other] = [new CookieStore({ secrets }), new CookieStore({ secrets })];
  const value = await save(store);
  const sealed = atOnce(store, value);
  const unsealed = await later(other, value);
  assertEquals(sealed, unsealed);
  assertEquals(atOnce(other, value), unsealed);
  assertEquals(unsealed.record, record());
});

Deno.test("CookieStore.load() costs no cryptography for what is remembered", async () => {
  const secrets = [generateSecret()];
  const [store, other] = [new CookieStore({ secrets }), new CookieStore({ secrets })];
  const value = await save(store);
  await later(other, await save(store)); // so that the keys are there
  assertEquals(await calls(() => atOnce(store, value)), 0);
  assertEquals(await calls(() => later(other, value)), 1);
  assertEquals(await calls(() => atOnce(other, value)), 0);
});

Deno.test("CookieStore.save() forgets the value that it replaces, which opens as before", async () => {
  const secrets = [generateSecret()];
  const store = new CookieStore({ secrets });
  const [old, another] = [await save(store), await save(store)];
  const next = record('[1767225600,120,{"counter":2}]');
  const fresh = await save(store, next, { value: old });
  assertEquals(atOnce(store, fresh).record, next);
  assertEquals(atOnce(store, another).record, record());
  assertEquals((await later(store, old)).record, record());
});

for (const options of [{ cacheEntries: 0 }, { cacheBytes: 0 }]) {
  Deno.test(`CookieStore with ${JSON.stringify(options)} remembers nothing`, async () => {
    const store = new CookieStore({ secrets: [generateSecret()], ...options });
    const value = await save(store);
    for (const time of ["first", "second"]) {
      assertEquals((await later(store, value)).record, record(), time);
    }
  });
}

for (const bound of ["cacheEntries", "cacheBytes"]) {
  Deno.test(`CookieStore remembers no more than ${bound} allows`, async () => {
    const secrets = [generateSecret()];
    const length = (await save(new CookieStore({ secrets }))).length;
    const options = bound === "cacheBytes" ? { cacheBytes: 10 * length } : { cacheEntries: 10 };
    const store = new CookieStore({ secrets, ...options });
    const values: string[] = [];
    for (let count = 0; count < 100; count++) values.push(await save(store));
    const hits: string[] = [];
    for (const value of values.toReversed()) {
      const loaded = store.load(value, "session");
      if (loaded instanceof Promise) assertEquals((await loaded).record, record());
      else hits.push(value);
    }
    assertEquals(hits[0], values.at(-1));
    assert(hits.length <= 10, `${hits.length} hits`);
  });
}

Deno.test("CookieStore remembers thousands of cookies if nothing else is said", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const values = await Promise.all(Array.from({ length: 2000 }, () => save(store)));
  const loaded = values.map((value) => store.load(value, "session"));
  const hits = loaded.filter((loaded) => !(loaded instanceof Promise)).length;
  assert(hits > 1800, `${hits} hits`); // by chance 120 take another's place
  await Promise.all(loaded);
});

Deno.test("CookieStore remembers nothing that an older secret sealed", async () => {
  const [older, newer] = [generateSecret(), generateSecret()];
  const value = await save(new CookieStore({ secrets: [older] }));
  const store = new CookieStore({ secrets: [newer, older] });
  for (const time of ["first", "second"]) { // it is sealed anew as soon as it is seen
    const loaded = await later(store, value);
    assertEquals(loaded.record, record(), time);
    assertEquals(loaded.record !== null && loaded.seal?.newest, false, time);
  }
});

Deno.test("CookieStore remembers no refusal", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store);
  const forged = value.slice(0, 60) + (value[60] === "A" ? "B" : "A") + value.slice(61);
  for (const time of ["first", "second"]) {
    assertEquals(await later(store, forged), { record: null, reason: "forged" }, time);
  }
});

Deno.test("CookieStore.load() refuses a text that it did not write, though the seal is genuine", async () => {
  const secrets = [generateSecret()];
  const value = await new Sealer(new Keyring(secrets), "session:session").seal("[]");
  const store = new CookieStore({ secrets });
  for (const time of ["first", "second"]) {
    assertEquals(await later(store, value), { record: null, reason: "malformed" }, time);
  }
});

Deno.test("CookieStore.load() takes nothing for a remembered value that only resembles it", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  for (const text of ["[1,0,{}]", '[1,0,{"a":"x"}]', '[1,0,{"a":"xy"}]']) {
    const value = await save(store, record(text));
    const spellings = [
      ` ${value}`,
      `${value}\n`,
      `${value}=`,
      `"${value}"`,
      value.slice(1),
      value.slice(0, -1),
      value.slice(-8), // which says the place in the cache
      value.toLowerCase(),
    ];
    for (let index = 0; index < value.length; index++) {
      const character = value[index] === "A" ? "B" : "A";
      spellings.push(value.slice(0, index) + character + value.slice(index + 1));
    }
    for (const spelling of spellings) {
      assertEquals((await store.load(spelling, "session")).record, null, spelling);
    }
    assertEquals(atOnce(store, value).record, record(text));
  }
});

Deno.test("CookieStore.load() says the same of odd values, remembered or not", async () => {
  const secrets = [generateSecret()];
  const [store, other] = [new CookieStore({ secrets }), new CookieStore({ secrets })];
  const odd = {
    ...record(),
    data: { text: "a\ud800b", "10": [0, 1e21], ["__proto__"]: { deep: [null] }, b: "\u0000" },
    flash: [{ level: "\udc00", message: "x\ud83d" }],
  };
  const value = await save(store, odd);
  const [sealed, unsealed] = [atOnce(store, value).record, (await later(other, value)).record];
  assertEquals(sealed, unsealed);
  assertEquals(Object.entries(sealed?.data ?? {}), Object.entries(unsealed?.data ?? {}));
});

Deno.test("CookieStore.load() gives one record to all, and nobody sees another's changes", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const sessions = sessionsIn(store);
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => {
    session.set("counter", 1).set("cart", [{ name: "tea" }]).flash("Hello");
    drawCsrf(session);
  });
  const { value } = visitor;
  const shared = atOnce(store, value).record;
  assertStrictEquals(atOnce(store, value).record, shared);
  const before = structuredClone(shared);

  const request = visitor.request();
  const [busy, other] = [await sessions.load(request), await sessions.load(request)];
  busy.set("mine", true).update("counter", (counter) => Number(counter) + 1).delete("cart");
  busy.takeFlash();
  busy.flash("Bye");
  drawCsrf(busy);
  const third = await sessions.load(request);
  for (const session of [other, third]) {
    assertEquals([...session.entries()], [["counter", 1], ["cart", [{ name: "tea" }]]]);
    assertEquals(session.peekFlash(), [{ level: "info", message: "Hello" }]);
    assertEquals(stateOf(session).record.csrf, before?.csrf);
  }
  busy.clear();
  other.destroy();
  assertEquals(third.size, 2);
  for (const session of [busy, other, third]) await sessions.commit(session, new Response());
  assertEquals(shared, before);
  assertEquals((await store.load(value, "session")).record, before);
});

Deno.test("CookieStore.load() refuses a value moved from another cookie", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  const value = await save(store, record(), { cookieName: "session" });
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
  const large = { ...record(), data: { film: "x".repeat(200_000) } };
  const error = await assertRejects(() => save(store, large), SessionSizeError);
  assertEquals(error.report.largest[0], { key: "film", bytes: 200_010 });
});

Deno.test("CookieStore.measure() tells the length of the cookie, to the character", async () => {
  const store = new CookieStore({ secrets: [generateSecret()] });
  for (const text of ["[1,0,{}]", RECORD_TEXT, '[1,0,{"a":"ü→😀"}]', '[1,0,{"a":"xx"}]']) {
    assertEquals(store.measure(record(text), 40), 40 + (await save(store, record(text))).length);
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
