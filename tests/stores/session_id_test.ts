import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hashOf, isSessionId, keyOf, newSessionId } from "../../src/stores/session_id.ts";

Deno.test("newSessionId() draws 264 bits and the tag", () => {
  const ids = Array.from({ length: 1000 }, () => newSessionId(null));
  assertEquals(new Set(ids).size, 1000);
  assert(ids.every(isSessionId));
});

Deno.test("newSessionId() keeps the tag of an older id and nothing else", () => {
  const older = newSessionId(null);
  const id = newSessionId(older);
  assertEquals(id.slice(0, 4), older.slice(0, 4));
  for (let at = 4; at < 48; at += 11) {
    assertNotEquals(id.slice(at, at + 11), older.slice(at, at + 11));
  }
});

Deno.test("keyOf() tells the tag and a hash, the same for the same id and name", async () => {
  const id = newSessionId(null);
  const key = await keyOf(id, "session");
  assertMatch(key, /^[\w-]{47}$/);
  assertEquals(key.slice(0, 4), id.slice(0, 4));
  assert(!key.includes(id.slice(4, 12)));
  assertEquals(await keyOf(id, "session"), key);
  assertNotEquals(await keyOf(id, "__Host-session"), key);
});

Deno.test("hashOf() is SHA-256 in base64url", async () => {
  assertEquals(await hashOf("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
});

for (
  const bad of ["", "A".repeat(47), "A".repeat(49), "A".repeat(47) + "=", "A".repeat(47) + "/"]
) {
  Deno.test(`isSessionId() refuses ${JSON.stringify(bad)}`, () => assert(!isSessionId(bad)));
}
