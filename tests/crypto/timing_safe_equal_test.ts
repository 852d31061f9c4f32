import { assertEquals } from "@std/assert";
import { timingSafeEqual } from "../../src/crypto/timing_safe_equal.ts";

Deno.test("timingSafeEqual() accepts equal bytes", () => {
  assertEquals(timingSafeEqual(new Uint8Array(), new Uint8Array()), true);
  assertEquals(timingSafeEqual(Uint8Array.of(1, 2, 255), Uint8Array.of(1, 2, 255)), true);
});

Deno.test("timingSafeEqual() refuses a difference of any single bit", () => {
  const bytes = Uint8Array.of(0, 127, 255);
  for (let bit = 0; bit < 24; bit++) {
    const other = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ 1 << (bit & 7));
    assertEquals(timingSafeEqual(bytes, other), false, `bit ${bit}`);
  }
});

Deno.test("timingSafeEqual() does not let differences cancel out", () => {
  assertEquals(timingSafeEqual(Uint8Array.of(1, 1), Uint8Array.of(2, 2)), false);
});

Deno.test("timingSafeEqual() refuses a prefix", () => {
  assertEquals(timingSafeEqual(Uint8Array.of(0), Uint8Array.of(0, 0)), false);
  assertEquals(timingSafeEqual(Uint8Array.of(0, 0), Uint8Array.of(0)), false);
});
