import { assertEquals, assertLessOrEqual } from "@std/assert";
import { testWith } from "../support/has.ts";
import { MODULES, sizeOf } from "./size.ts";

const test = testWith("run");

/**
 * The most that each may have by itself, minified and gzipped, in bytes: to notice what grows.
 */
const LIMITS: Readonly<Record<string, number>> = {
  ".": 10_752,
  "./inspector": 2_560,
  "./seal": 2_560,
  "./stores/contract": 18_432,
  "./stores/kv": 5_632,
  "./stores/memory": 5_632,
  "./stores/redis": 6_144,
  "./stores/server": 12_544,
  "./testing": 3_584,
  "./web": 20_480,
  "{ Sessions, CookieStore }": 10_752,
};

Deno.test("every entry point has a limit of its size", () => {
  assertEquals(Object.keys(LIMITS).sort(), Object.keys(MODULES).sort());
});

test.each(Object.entries(MODULES))("%s is no larger than it may be", async (name, path) => {
  const { gzipped } = await sizeOf(path);
  assertLessOrEqual(gzipped, LIMITS[name] ?? 0);
});
