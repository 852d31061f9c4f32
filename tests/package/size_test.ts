import { assertEquals, assertLess } from "@std/assert";
import { MODULES, sizeOf } from "./size.ts";

/** The most that each may have, minified and gzipped, in KiB. */
const LIMITS: Readonly<Record<string, number>> = {
  ".": 18.5,
  "./stores/kv": 4.5,
  "./stores/redis": 5,
  "./stores/memory": 4.5,
  "./stores/server": 4,
  "./seal": 2.5,
  "./csrf": 1.5,
  "{ Sessions, CookieStore }": 13,
};

Deno.test("every export has a limit of its size", () => {
  assertEquals(Object.keys(LIMITS).sort(), Object.keys(MODULES).sort());
});

Deno.test.each(Object.entries(MODULES))("%s is no larger than it may be", async (name, path) => {
  const { gzipped } = await sizeOf(path);
  assertLess(gzipped, (LIMITS[name] ?? 0) * 1024);
});
