import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { setTo } from "../session/versioned_store.ts";
import { SessionSizeError } from "../../src/session/errors.ts";
import type { SessionRecord } from "../../src/session/record.ts";
import type { ServerStore, ServerStoreOptions } from "../../src/stores/server.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import { counter, end, find, keep, recordOf, refusal, withValues, writeOf } from "./sample.ts";
import { behaviour } from "./behaviour.ts";
import { cookieNames } from "./cookie_names.ts";
import { ownerPages } from "./owner_pages.ts";
import { ownership } from "./ownership.ts";

/** A database under test, empty at first. */
export interface Place extends AsyncDisposable {
  /** Opens a store on it: each stands for a process of its own. */
  open(options?: ServerStoreOptions): ServerStore;
  /** All that the database holds, keys and values. */
  dump(): Promise<string> | string;
}

/** Whatever in a text is base64url, as it reads without that: an encoding hides nothing. */
function decoded(text: string): string {
  return (text.match(/[\w-]{8,}/g) ?? []).map((run) => {
    const whole = run.slice(0, run.length - run.length % 4);
    const bytes = Uint8Array.fromBase64(whole, { alphabet: "base64url" });
    return new TextDecoder("latin1").decode(bytes);
  }).join("\n");
}

/** Registers the tests that every store on the server has to pass. */
export function contract(
  name: string,
  makePlace: () => Promise<Place>,
  { ignore = false, owners = true }: { ignore?: boolean; owners?: boolean } = {},
): void {
  function test(what: string, run: (place: Place, store: ServerStore) => Promise<void>): void {
    Deno.test(`${name} ${what}`, { ignore }, async () => {
      await using place = await makePlace();
      await run(place, place.open());
    });
  }

  test("gives back what was saved, to every process", async (place, store) => {
    const record = {
      ...withValues(recordOf(7), { text: "añ😀\u0000" }),
      flash: [{ level: "info", message: "Hello" }],
      csrf: "c".repeat(43),
      forms: [["sign-up", [["name", "Ada"], ["name", "No."], [
        "pin",
      ]]]] satisfies SessionRecord["forms"],
    };
    const id = await keep(store, record);
    assertEquals((await find(store, id)).record, record);
    assertEquals((await find(place.open(), id)).record, record);
  });

  test("puts nothing but an id of 264 random bits into the cookie", async (_, store) => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => keep(store, recordOf(1))));
    for (const id of ids) assertMatch(id, /^[\w-]{48}$/);
    assertEquals(new Set(ids).size, 20);
    const bits = await randomBitsOf(async () => {
      const id = await keep(store, recordOf(1));
      await store.destroy(id, "session"); // the same bytes are drawn again
      return id;
    });
    assert(bits >= 264, `${bits} random bits`);
  });

  test("keeps the id over writes", async (place, store) => {
    const id = await keep(store, recordOf(1));
    for (const next of [2, 3]) {
      const other = next === 2 ? store : place.open();
      const loaded = await find(other, id);
      assertEquals(await other.save(writeOf(recordOf(next), { value: id, loaded })), id);
      assertEquals(await counter(store, id), next);
    }
  });

  test("gives what was saved, whatever another request makes of it", async (_, store) => {
    const id = await keep(store, recordOf(1));
    const changed = setTo("counter", 99).apply((await find(store, id)).record);
    assertEquals(changed.data.counter, 99);
    assertEquals(await counter(store, id), 1);
  });

  test("writes nothing over what is newer", async (place, store) => {
    const id = await keep(store, recordOf(1));
    const [one, two] = [await find(store, id), await find(place.open(), id)];
    assertEquals(await store.save(writeOf(recordOf(2), { value: id, loaded: one })), id);
    const late = writeOf(recordOf(3), { value: id, loaded: two });
    assertEquals(await place.open().save(late), null);
    assertEquals(await place.open().save({ ...late, regenerate: true }), null);
    assertEquals(await counter(store, id), 2);
  });

  test("lets exactly one of many parallel writes through", async (place, store) => {
    const id = await keep(store, recordOf(0));
    const stores = [store, place.open(), place.open()];
    const loaded = await Promise.all(stores.map((store) => find(store, id)));
    const saved = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const write = { value: id, loaded: loaded[index % 3] };
        return stores[index % 3]?.save(writeOf(recordOf(index), write));
      }),
    );
    const winners = saved.flatMap((value, index) => value === id ? [index] : []);
    assertEquals(winners.length, 1);
    assertEquals(await counter(store, id), winners[0]);
  });

  test("does not bring back what was destroyed", async (place, store) => {
    const id = await keep(store, recordOf(1));
    const loaded = await find(store, id);
    await end(place.open(), id);
    assertEquals(await refusal(store, id), "unknown id");
    assertEquals(await store.save(writeOf(recordOf(2), { value: id, loaded })), null);
    const renewed = writeOf(recordOf(2), { value: id, loaded, regenerate: true });
    assertEquals(await store.save(renewed), null);
    assertEquals(await refusal(store, id), "unknown id");
  });

  test("gives a session a new id, and the old one opens nothing", async (place, store) => {
    const id = await keep(store, recordOf(1));
    const [loaded, late] = [await find(store, id), await find(store, id)];
    const write = writeOf(recordOf(2), { value: id, loaded, regenerate: true });
    const renewed = String(await store.save(write));
    assertMatch(renewed, /^[\w-]{48}$/);
    for (let at = 4; at < id.length; at += 4) { // what is left of the old id is its tag alone
      assertNotEquals(renewed.slice(at, at + 4), id.slice(at, at + 4));
    }
    assertEquals(await counter(place.open(), renewed), 2);
    for (const any of [store, place.open()]) assertEquals(await refusal(any, id), "retired");
    assertEquals(await store.save(writeOf(recordOf(3), { value: id, loaded: late })), null);
    assertEquals(await refusal(store, id), "retired");
  });

  test("lets a logout follow the session to its new id", async (place, store) => {
    const id = await keep(store, recordOf(1));
    const first = writeOf(recordOf(2), { value: id, loaded: await find(store, id) });
    const second = String(await store.save({ ...first, regenerate: true }));
    await end(place.open(), id);
    assertEquals(await refusal(store, second), "unknown id");
  });

  test("ends a session while others write it all the time", async (place, store) => {
    const id = await keep(store, recordOf(0));
    const writers = Array.from({ length: 4 }, async () => {
      const store = place.open();
      for (let count = 0; count < 500; count++) {
        const loaded = await store.load(id, "session");
        if (loaded.record === null) return;
        await store.save(writeOf(recordOf(count), { value: id, loaded }));
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await end(store, id);
    assertEquals(await refusal(place.open(), id), "unknown id");
    await Promise.all(writers);
    assertEquals(await refusal(store, id), "unknown id");
  });

  test("knows no id that it did not hand out", async (_, store) => {
    const id = await keep(store, recordOf(1));
    const guess = id.slice(0, 47) + (id.endsWith("A") ? "B" : "A");
    assertEquals(await refusal(store, guess), "unknown id");
    await end(store, guess);
    // Nor does it take one that it is handed: what was not loaded is written under an id of its own.
    for (const value of [guess, id, "A".repeat(48)]) {
      const written = String(await store.save(writeOf(recordOf(9), { value })));
      assertMatch(written, /^[\w-]{48}$/);
      assertNotEquals(written, value);
      assertEquals(await counter(store, written), 9);
    }
    assertEquals(await refusal(store, guess), "unknown id");
    for (const bad of ["", "x", `${id}A`, `${id}\n`, ` ${id}`, "../".repeat(16), "é".repeat(48)]) {
      assertEquals(await refusal(store, bad), "malformed");
      await end(store, bad);
    }
    assertEquals(await refusal(store, "A".repeat(100_000)), "malformed");
    assertEquals(await counter(store, id), 1);
  });

  test("holds neither ids nor values in the clear", async (place, store) => {
    const record = withValues(recordOf(1, "margarethe"), { confidential: "hush-hush" });
    const id = await keep(store, record, "Netscape");
    const loaded = await find(store, id);
    const renewed = String(
      await store.save(writeOf(record, { value: id, loaded, regenerate: true })),
    );
    const dump = await place.dump();
    assert(dump.length > 50);
    const readable = dump + decoded(dump);
    for (const word of ["confidential", "hush", "margarethe", "Netscape", "counter"]) {
      assert(!readable.includes(word), word);
    }
    for (const secret of [id, renewed]) {
      for (let at = 4; at + 8 <= secret.length; at++) {
        assert(!readable.includes(secret.slice(at, at + 8)), `${at}`);
      }
    }
  });

  test("refuses what is too large before it writes anything", async (place, store) => {
    const small = place.open({ maxBytes: 1000 });
    const record = withValues(recordOf(1), { big: "x".repeat(2000) });
    const error = await assertRejects(
      () => keep(small, record),
      SessionSizeError,
      "big (2009 bytes)",
    );
    assertEquals([error.report.limit, error.report.bytes > 2000], [1000, true]);
    assertEquals(await place.dump(), "");
    assertEquals(error.report.bytes, store.measure(record));
  });

  test("takes a session exactly as large as it says", async (place, store) => {
    const limit = 50_000;
    const small = withValues(recordOf(1), { big: "" });
    const record = withValues(small, { big: "x".repeat(limit - store.measure(small)) });
    const id = await keep(place.open({ maxBytes: limit }), record);
    assertEquals((await find(store, id)).record, record);
    const larger = withValues(record, { more: 1 });
    await assertRejects(() => keep(place.open({ maxBytes: limit }), larger), SessionSizeError);
  });

  test("takes a loaded session of no other store", async (_, store) => {
    const loaded = { record: recordOf(1) };
    const write = writeOf(recordOf(1), { value: "A".repeat(48), loaded });
    await assertRejects(() => store.save(write), TypeError, "it was not loaded from this store");
  });

  test("answers a ping", async (_, store) => await store.ping());

  behaviour(test);
  cookieNames(test);
  if (owners) {
    ownership(test);
    ownerPages(test);
  }
}
