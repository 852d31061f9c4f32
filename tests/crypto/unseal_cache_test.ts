import { assertEquals } from "@std/assert";
import { UnsealCache } from "../../src/crypto/unseal_cache.ts";

/** A cache that was given the tokens "0", "1", … each of the same size. */
function filled(count: number, maxEntries: number, maxSize: number, size = 1): UnsealCache<string> {
  const cache = new UnsealCache<string>(maxEntries, maxSize);
  for (let i = 0; i < count; i++) cache.set(`${i}`, `text ${i}`, size);
  return cache;
}

/** Which of the tokens "0", "1", … are remembered; asking renews, so each is asked a fresh cache. */
function survivors(count: number, make: () => UnsealCache<string>): number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => make().get(`${i}`) !== undefined);
}

Deno.test("UnsealCache.get() returns what was set", () => {
  const cache = filled(2, 10, 100);
  assertEquals(cache.get("0"), "text 0");
  assertEquals(cache.get("1"), "text 1");
  assertEquals(cache.get("2"), undefined);
});

Deno.test("UnsealCache.set() remembers the newest within the number of entries", () => {
  assertEquals(survivors(10, () => filled(10, 10, 1e6)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(survivors(11, () => filled(11, 10, 1e6)), [5, 6, 7, 8, 9, 10]);
  assertEquals(survivors(1000, () => filled(1000, 4, 1e6)), [996, 997, 998, 999]);
});

Deno.test("UnsealCache.set() remembers the newest within the number of characters", () => {
  assertEquals(survivors(10, () => filled(10, 1e6, 100, 10)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(survivors(11, () => filled(11, 1e6, 100, 10)), [5, 6, 7, 8, 9, 10]);
  assertEquals(survivors(5, () => filled(5, 1e6, 100, 26)), [3, 4]);
});

Deno.test("UnsealCache.set() does not let one large entry push the others out", () => {
  const cache = filled(5, 10, 100);
  cache.set("large", "large", 51);
  assertEquals(cache.get("large"), undefined);
  assertEquals(cache.get("0"), "text 0");
  cache.set("half", "half", 50);
  assertEquals(cache.get("half"), "half");
});

Deno.test("UnsealCache.set() replaces the value of a token", () => {
  const cache = filled(1, 10, 100);
  cache.set("0", "changed", 1);
  assertEquals(cache.get("0"), "changed");
});

Deno.test("UnsealCache.get() keeps what is in use through many generations", () => {
  const cache = filled(1, 10, 1e6);
  for (let i = 1; i < 1000; i++) {
    cache.set(`${i}`, `text ${i}`, 1);
    if (i % 4 === 0) assertEquals(cache.get("0"), "text 0", `after ${i}`);
  }
  assertEquals(cache.get("1"), undefined);
});

Deno.test("UnsealCache.get() forgets what is not in use", () => {
  const cache = filled(1, 10, 1e6);
  for (let i = 1; i < 11; i++) cache.set(`${i}`, "", 1);
  assertEquals(cache.get("0"), undefined);
});

Deno.test("UnsealCache() of less than two entries or no characters remembers nothing", () => {
  assertEquals(survivors(3, () => filled(3, 0, 100)), []);
  assertEquals(survivors(3, () => filled(3, 1, 100)), []);
  assertEquals(survivors(3, () => filled(3, 10, 0)), []);
});

Deno.test("UnsealCache() of two entries remembers two", () => {
  assertEquals(survivors(5, () => filled(5, 2, 100)), [3, 4]);
});
