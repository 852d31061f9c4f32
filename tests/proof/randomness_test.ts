import { assertEquals, assertRejects } from "@std/assert";
import { randomBitsOf } from "./randomness.ts";

const hex = (bytes: Uint8Array): string => bytes.toHex();

Deno.test("randomBitsOf() counts the bits that a result depends on", async () => {
  assertEquals(await randomBitsOf(() => hex(crypto.getRandomValues(new Uint8Array(8)))), 64);
  assertEquals(await randomBitsOf(() => "always the same"), 0);
  assertEquals(await randomBitsOf(() => String(Math.random())), 0);
});

Deno.test("randomBitsOf() leaves out bits that are drawn and not used", async () => {
  const masked = () => hex(crypto.getRandomValues(new Uint8Array(8)).map((byte) => byte & 0x7f));
  assertEquals(await randomBitsOf(masked), 56);
  const repeated = () =>
    hex(new Uint8Array(32).fill(crypto.getRandomValues(new Uint8Array(9))[0] ?? 0));
  assertEquals(await randomBitsOf(repeated), 8);
});

Deno.test("randomBitsOf() refuses what depends on something else", async () => {
  let count = 0;
  await assertRejects(() => randomBitsOf(() => String(count++)), Error, "something else");
});
