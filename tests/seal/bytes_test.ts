import { assert, assertEquals, assertFalse } from "@std/assert";
import { decodeBase64url, encodeBase64url, startsWith } from "../../src/seal/bytes.ts";

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

Deno.test("decodeBase64url() reads what encodeBase64url() writes, and nothing else", () => {
  for (const size of [0, 1, 2, 3, 32]) {
    const random = crypto.getRandomValues(new Uint8Array(size));
    assertEquals(decodeBase64url(encodeBase64url(random)), random);
  }
  for (const text of ["A", "AB", "AA==", "A A", "A+/A", "AAA\n", "é"]) {
    assertEquals(decodeBase64url(text), null, text);
  }
});
