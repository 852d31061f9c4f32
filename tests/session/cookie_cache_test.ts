import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { CookieCache, unsliced } from "../../src/session/cookie_cache.ts";

/** A cache of texts that counts the characters of what is found. */
class TextCache extends CookieCache<string> {
  override set(value: string, found: string, size = found.length): void {
    super.set(value, found, size);
  }
}

function cacheOf(places: number, maxSize = Infinity): TextCache {
  return new TextCache(places, maxSize);
}

/** Random values, as tokens and ids are. */
function randomValues(count: number): string[] {
  return Array.from(
    { length: count },
    () => crypto.getRandomValues(new Uint8Array(36)).toBase64({ alphabet: "base64url" }),
  );
}

/** Values of which none takes another's place. */
function valuesApart(count: number, places: number): string[] {
  const cache = cacheOf(places);
  const apart: string[] = [];
  for (let index = 0; apart.length < count; index++) {
    const value = `value ${index}`;
    cache.set(value, "x");
    if (apart.every((other) => cache.get(other) !== undefined)) apart.push(value);
    else for (const other of apart) cache.set(other, "x");
  }
  return apart;
}

function remembered(cache: CookieCache<string>, values: readonly string[]): string[] {
  return values.filter((value) => cache.get(value) !== undefined);
}

Deno.test("CookieCache.get() finds what was set, and nothing else", () => {
  for (const places of [1, 2, 1000]) {
    const cache = cacheOf(places);
    for (const value of ["a", "b", "", "long ".repeat(1000), ...randomValues(10)]) {
      assertEquals(cache.get(value), undefined);
      cache.set(value, `found ${value}`);
      assertEquals(cache.get(value), `found ${value}`);
    }
    assertEquals(cache.get("never set"), undefined);
  }
});

Deno.test("CookieCache.get() tells apart values with the same end", () => {
  const cache = cacheOf(1000);
  cache.set("one and the same end", "one");
  assertEquals(cache.get("two and the same end"), undefined);
  assertEquals(cache.get("the same end"), undefined);
});

Deno.test("CookieCache.set() gives a place to whoever comes last", () => {
  const one = cacheOf(1);
  for (const value of ["a", "b", "a"]) {
    one.set(value, value);
    assertEquals(remembered(one, ["a", "b"]), [value]);
  }
});

Deno.test("CookieCache.set() has two places for values with the same end", () => {
  const cache = cacheOf(1000);
  const values = ["one", "two", "three", "four"].map((name) => `${name} and the same end`);
  for (const [index, value] of values.entries()) {
    cache.set(value, value);
    assertEquals(cache.get(value), value);
    assertEquals(remembered(cache, values).length, Math.min(index + 1, 2));
  }
});

Deno.test("CookieCache.set() finds nearly all of as many values as a third of its places", () => {
  const cache = cacheOf(16_384);
  const values = randomValues(5000);
  for (const value of values) cache.set(value, "x");
  assertGreater(remembered(cache, values).length, 4700);
});

Deno.test("CookieCache.set() spreads random values over all places", () => {
  const cache = cacheOf(1000);
  const values = randomValues(5000);
  for (const value of values) cache.set(value, "x");
  const count = remembered(cache, values).length;
  assertLessOrEqual(count, 1000);
  assertGreater(count, 980); // by chance 7 places are empty
});

Deno.test("CookieCache.set() spreads what is sealed, though all of it begins alike", () => {
  const cache = cacheOf(16_384);
  const values = randomValues(1000).map((value) => `AQpvXw7y${value}`);
  for (const value of values) cache.set(value, "x");
  assertGreater(remembered(cache, values).length, 930); // by chance 30 collide
});

Deno.test("CookieCache.set() replaces what a value stands for", () => {
  const cache = cacheOf(10);
  cache.set("a", "one");
  cache.set("a", "two");
  assertEquals(cache.get("a"), "two");
});

Deno.test("CookieCache() of no places remembers nothing", () => {
  const cache = cacheOf(0);
  for (const value of ["", "a", "b"]) {
    cache.set(value, "found");
    assertEquals(cache.get(value), undefined);
    cache.delete(value);
  }
});

Deno.test("CookieCache() of no characters remembers nothing", () => {
  const cache = cacheOf(10, 0);
  cache.set("a", "x");
  assertEquals(cache.get("a"), undefined);
});

for (const places of [1, 7, 100, 10_000]) {
  Deno.test(`CookieCache.set() keeps within its characters, with ${places} places`, () => {
    const cache = cacheOf(places, 1000);
    const values = randomValues(3000);
    for (const [index, value] of values.entries()) {
      cache.set(value, "x".repeat(index * 7 % 50 + 1));
      assert(cache.get(value) !== undefined, `${index} is there when it was just set`);
      if (index % 100 !== 99) continue;
      const kept = remembered(cache, values);
      assertLessOrEqual(kept.length, places);
      const size = kept.reduce((sum, value) => sum + (cache.get(value)?.length ?? 0), 0);
      assertLessOrEqual(size, 1000);
      if (places === 10_000) assertGreater(size, 900); // and makes use of them
    }
  });
}

Deno.test("CookieCache.takes() says whether there is room at all", () => {
  const cache = cacheOf(1, 10);
  assertEquals([cache.takes(10), cache.takes(11), cacheOf(0).takes(0)], [true, false, false]);
});

Deno.test("CookieCache.set() makes no more room than is needed", () => {
  const values = valuesApart(11, 1000);
  const cache = cacheOf(1000, 10);
  for (const value of values.slice(0, 10)) cache.set(value, "x");
  assertEquals(remembered(cache, values), values.slice(0, 10));
  cache.set(values[10] ?? "", "x");
  assertEquals(remembered(cache, values).length, 10);
  assertEquals(cache.get(values[10] ?? ""), "x");
});

Deno.test("CookieCache.set() makes room in turn: no place is always spared, none always emptied", () => {
  const values = valuesApart(10, 1000);
  const cache = cacheOf(1000, 5);
  const lives = new Map(values.map((value) => [value, 0]));
  for (let round = 0; round < 100; round++) {
    for (const value of values) {
      cache.set(value, "x");
      for (const kept of remembered(cache, values)) lives.set(kept, (lives.get(kept) ?? 0) + 1);
    }
  }
  // Half of the time on average.
  assertGreater(Math.min(...lives.values()), 300);
  assertLess(Math.max(...lives.values()), 700);
});

Deno.test("CookieCache.set() does not let what is too large push the others out", () => {
  const values = valuesApart(4, 1000);
  const [large = "", ...small] = values;
  const cache = cacheOf(1000, 100);
  for (const value of small) cache.set(value, "x");
  cache.set(large, "x".repeat(101));
  assertEquals(remembered(cache, values), small);
  cache.set(large, "x".repeat(97)); // which fits beside them
  assertEquals(remembered(cache, values), values);
  cache.set(large, "x".repeat(100)); // which fits alone
  assertEquals(remembered(cache, values), [large]);
});

Deno.test("CookieCache.set() counts a value once that is set again", () => {
  const values = valuesApart(3, 1000);
  const [first = "", ...others] = values;
  const cache = cacheOf(1000, 5);
  for (let time = 0; time < 10; time++) cache.set(first, "xxx");
  cache.set(first, "x"); // now it is smaller
  for (const value of others) cache.set(value, "xx");
  assertEquals(remembered(cache, values), values);
});

Deno.test("CookieCache.delete() forgets a value and gives its room to others", () => {
  const values = valuesApart(3, 1000);
  const [first = "", ...others] = values;
  const cache = cacheOf(1000, 2);
  cache.set(first, "x");
  cache.delete(first);
  assertEquals(cache.get(first), undefined);
  cache.delete(first); // there is nothing to subtract twice
  for (const value of others) cache.set(value, "x");
  assertEquals(remembered(cache, values), others);
  cache.set(first, "x");
  assertEquals(remembered(cache, values).length, 2);
});

Deno.test("CookieCache.delete() leaves another value that has the place", () => {
  const cache = cacheOf(1);
  cache.set("a", "found");
  cache.delete("b");
  assertEquals(cache.get("a"), "found");
});

Deno.test("unsliced() gives the same characters, whatever their number", () => {
  for (let size = 0; size < 100; size++) {
    const value = crypto.getRandomValues(new Uint8Array(size))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    assertEquals(unsliced(`session=${value}; a=b`.slice(8, 8 + value.length)), value);
  }
  assertEquals(unsliced("-_-_"), "-_-_");
});

for (const places of [-1, 0.5, NaN, Infinity, 16_777_217]) {
  Deno.test(`CookieCache() refuses ${places} places`, () => {
    assertThrows(
      () => new CookieCache(places, 1),
      RangeError,
      `Cannot remember ${places} cookies: a whole number from 0 to 16777216 is needed`,
    );
  });
}

for (const characters of [-1, NaN]) {
  Deno.test(`CookieCache() refuses ${characters} characters`, () => {
    assertThrows(
      () => new CookieCache(1, characters),
      RangeError,
      `Cannot remember ${characters} characters: a number from 0 is needed`,
    );
  });
}
