import { CookieStore } from "@satchel/satchel";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cache } from "../../src/seal/cache.ts";
import { SECRET } from "../support/secrets.ts";

/** Those of some keys that are cached. */
function cached(cache: Cache<string>, keys: readonly string[]): string[] {
  return keys.filter((key) => cache.get(key) !== undefined);
}

Deno.test("Cache.get() returns what was set last, and nothing after delete()", () => {
  const cache = new Cache<string>(10, 100);
  assertEquals(cache.get("a"), undefined);
  cache.set("a", "one", 1);
  cache.set("a", "two", 1);
  assertEquals([cache.get("a"), cache.get("b")], ["two", undefined]);
  for (let index = 0; index < 5; index++) cache.set(`${index}`, "x", 1); // "a" is old now
  assertEquals(cache.get("a"), "two");
  cache.delete("a");
  assertEquals(cache.get("a"), undefined);
});

for (const [maxEntries, maxSize] of [[10, Infinity], [1000, 10], [10, 10]] as const) {
  Deno.test(`Cache of ${maxEntries} entries and size ${maxSize} keeps the latest within its bounds`, () => {
    const cache = new Cache<string>(maxEntries, maxSize);
    const keys = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const [index, key] of keys.entries()) {
      cache.set(key, "x", 1);
      const found = cached(cache, keys);
      assert(found.length <= 10 && found.length >= Math.min(index + 1, 6), `${found.length}`);
      assertEquals(found, keys.slice(index + 1 - found.length, index + 1));
    }
  });
}

Deno.test("Cache.set() drops nothing for what is too large, or where nothing is cached", () => {
  const cache = new Cache<string>(10, 10);
  for (const key of ["a", "b", "c"]) cache.set(key, "x", 1);
  cache.set("large", "x", 6);
  assertEquals(cached(cache, ["a", "b", "c", "large"]), ["a", "b", "c"]);
  cache.set("large", "x", 5);
  assertEquals(cached(cache, ["a", "b", "c", "large"]), ["a", "b", "c", "large"]);
  for (const none of [new Cache<string>(0, 10), new Cache<string>(10, 0)]) {
    none.set("a", "x", 1);
    assertEquals(none.get("a"), undefined);
  }
});

for (const bound of [-1, NaN]) {
  for (const name of ["cacheEntries", "cacheBytes"]) {
    Deno.test(`CookieStore refuses ${name} ${bound}`, () => {
      const options = { secrets: [SECRET], [name]: bound };
      assertThrows(() => new CookieStore(options), RangeError, "Cannot cache ");
    });
  }
}

for (const cacheEntries of [0.5, Infinity]) {
  Deno.test(`CookieStore refuses cacheEntries ${cacheEntries}`, () => {
    const options = { secrets: [SECRET], cacheEntries };
    assertThrows(() => new CookieStore(options), RangeError, "Cannot cache ");
  });
}
