import { assertEquals } from "@std/assert";
import { timingSafeEqual } from "../../src/web/timing_safe_equal.ts";
import { watched } from "../seal/watched.ts";

Deno.test("timingSafeEqual() accepts equal bytes", () => {
  assertEquals(timingSafeEqual(new Uint8Array(), new Uint8Array()), true);
  assertEquals(timingSafeEqual(Uint8Array.of(1, 2, 255), Uint8Array.of(1, 2, 255)), true);
});

// This and what follows, up to the last test, show equality, not time.
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

// Counts the bytes that are looked at: an early return looks at fewer. It does not measure time:
// whether the machine takes as long for equal bytes as for others, no test in JavaScript can show.
Deno.test("timingSafeEqual() looks at all bytes, wherever the first difference is", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const looksAt = (other: Uint8Array<ArrayBuffer>): number[] => {
    const looks = [0, 0];
    const count = (side: number) => () => void (looks[side] = (looks[side] ?? 0) + 1);
    timingSafeEqual(watched(bytes, count(0)), watched(other, count(1)));
    return looks;
  };
  assertEquals(looksAt(bytes), [32, 32]);
  assertEquals(looksAt(bytes.map((byte) => byte ^ 255)), [32, 32]);
  for (let index = 0; index < 32; index++) {
    assertEquals(looksAt(bytes.with(index, (bytes[index] ?? 0) ^ 1)), [32, 32], `byte ${index}`);
  }
});
