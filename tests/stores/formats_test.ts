import { assertEquals, assertNotEquals } from "@std/assert";
import { RecordSeal, SEAL_OVERHEAD } from "../../src/stores/envelope.ts";

Deno.test("RecordSeal opens what it sealed, after a restart too", async () => {
  for (const text of ["", "x", "añ😀\ufeff", "y".repeat(100_000)]) {
    const sealed = await (await RecordSeal.from("id", "test")).seal(text);
    assertEquals(await (await RecordSeal.from("id", "test")).open(sealed), text);
  }
});

Deno.test("RecordSeal.seal() takes as many bytes as it says, differently each time", async () => {
  const seal = await RecordSeal.from("id", "test");
  const [one, two] = [await seal.seal("hello"), await seal.seal("hello")];
  assertNotEquals(one.slice(0, 20), two.slice(0, 20));
  assertEquals(Uint8Array.fromBase64(one, { alphabet: "base64url" }).length, 5 + SEAL_OVERHEAD);
});

Deno.test("RecordSeal.open() refuses another source, another purpose and every flipped byte", async () => {
  const seal = await RecordSeal.from("id", "test");
  const sealed = await seal.seal("hello");
  assertEquals(await (await RecordSeal.from("other", "test")).open(sealed), null);
  assertEquals(await (await RecordSeal.from("id", "other")).open(sealed), null);
  const bytes = Uint8Array.fromBase64(sealed, { alphabet: "base64url" });
  for (let at = 0; at < bytes.length; at++) {
    const forged = bytes.slice();
    forged[at] = Number(forged[at]) ^ 1;
    assertEquals(await seal.open(forged.toBase64({ alphabet: "base64url" })), null, `byte ${at}`);
  }
});

Deno.test("RecordSeal.open() refuses what is no seal", async () => {
  const seal = await RecordSeal.from("id", "test");
  for (const bad of ["", "A", "AQ", "?", "AQ".repeat(20), "AQ".repeat(10_000)]) {
    assertEquals(await seal.open(bad), null);
  }
});

Deno.test("RecordSeal opens what this version of the format once sealed", async () => {
  const seal = await RecordSeal.from("an id", "satchel v1 session");
  const sealed = "AeOtfS0q-1m80NDggz38eFKOy6D9d1HIBAM3h371o9xp4a3LKtI3lhz7LzDdd584BLc742pz5OD1";
  assertEquals(await seal.open(sealed), '[1795000000,0,{"counter":1}]');
});
