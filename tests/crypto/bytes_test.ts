import { assert, assertEquals, assertFalse, assertNotStrictEquals } from "@std/assert";
import { concat, startsWith } from "../../src/seal/bytes.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("startsWith() compares the beginning, and nothing behind it", () => {
  const text = bytes(1, 2, 3, 0);
  for (const start of [bytes(), bytes(1), bytes(1, 2, 3), bytes(1, 2, 3, 0)]) {
    assert(startsWith(text, start), `${start}`);
  }
  for (const other of [bytes(2), bytes(0, 2), bytes(1, 2, 4), bytes(1, 3, 3), bytes(1, 2, 3, 1)]) {
    assertFalse(startsWith(text, other), `${other}`);
  }
});

Deno.test("startsWith() finds nothing longer than the bytes, not even zeros", () => {
  assertFalse(startsWith(bytes(1, 2), bytes(1, 2, 0)));
  assertFalse(startsWith(bytes(), bytes(0)));
});

Deno.test("startsWith() compares a part of a buffer with another part", () => {
  const buffer = bytes(9, 1, 2, 1, 2, 3);
  assert(startsWith(buffer.subarray(3), buffer.subarray(1, 3)));
  assertFalse(startsWith(buffer.subarray(2), buffer.subarray(1, 3)));
});

Deno.test("concat() puts one after the other", () => {
  assertEquals(concat(bytes(1, 2), bytes(3)), bytes(1, 2, 3));
  assertEquals(concat(bytes(), bytes(3)), bytes(3));
  assertEquals(concat(bytes(1), bytes()), bytes(1));
  assertEquals(concat(bytes(), bytes()), bytes());
});

Deno.test("concat() copies: neither part changes with the whole", () => {
  const buffer = bytes(9, 1, 2, 3, 9);
  const [one, other] = [buffer.subarray(1, 3), buffer.subarray(3, 4)];
  const both = concat(one, other);
  assertEquals(both, bytes(1, 2, 3));
  assertNotStrictEquals(both.buffer, buffer.buffer);
  both.fill(7);
  assertEquals(buffer, bytes(9, 1, 2, 3, 9));
});
