import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assertEquals, assertGreater } from "@std/assert";
import type { Bytes } from "../../src/seal/bytes.ts";
import { DERIVED_KEYS, NONCE_SIZE, Xaes } from "../../src/seal/xaes.ts";
import { drawing } from "../proof/randomness.ts";

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const NOTHING = new Uint8Array();

interface Message {
  readonly nonce: Bytes;
  readonly ciphertext: Bytes;
}

async function encrypt(xaes: Xaes, plaintext: Bytes, aad: Bytes): Promise<Message> {
  const nonce = new Uint8Array(NONCE_SIZE);
  return { nonce, ciphertext: new Uint8Array(await xaes.encrypt(nonce, plaintext, aad)) };
}

/** Encrypts under a given nonce, which is what the source of randomness gives. */
async function encryptUnder(
  nonce: Bytes,
  xaes: Xaes,
  plaintext: Bytes,
  aad: Bytes,
): Promise<Bytes> {
  const { made } = await drawing(() => encrypt(xaes, plaintext, aad), nonce);
  assertEquals(made.nonce, nonce);
  return made.ciphertext;
}

/** Counts the derivations while something runs: each imports one AES-GCM key. */
async function countDerivations(run: () => Promise<unknown>): Promise<number> {
  const { subtle } = crypto;
  const original = subtle.importKey;
  let count = 0;
  subtle.importKey = function (this: SubtleCrypto, ...args: unknown[]) {
    if (args[2] === "AES-GCM") count++;
    return Reflect.apply(original, subtle, args);
  } as typeof original;
  try {
    await run();
  } finally {
    subtle.importKey = original;
  }
  return count;
}

for (
  const [fill, aad, expected] of [
    [1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"],
    [3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"],
  ] as const
) {
  Deno.test(`Xaes does what the specification's vector ${fill} says`, async () => {
    const xaes = await Xaes.import(new Uint8Array(32).fill(fill));
    const nonce = utf8("ABCDEFGHIJKLMNOPQRSTUVWX");
    const plaintext = utf8("XAES-256-GCM");
    const ciphertext = await encryptUnder(nonce, xaes, plaintext, utf8(aad));
    assertEquals(ciphertext.toHex(), expected);
    assertEquals(await xaes.decrypt(nonce, ciphertext, utf8(aad)), plaintext.buffer);
  });
}

Deno.test("Xaes does what the specification's 10,000 accumulated vectors say", async () => {
  const stream = new Uint8Array(createHash("shake128", { outputLength: 6_000_000 }).digest());
  let position = 0;
  const read = (size: number): Bytes => stream.slice(position, position += size);
  const readSome = (): Bytes => read(read(1)[0] ?? 0);
  const digest = createHash("shake128", { outputLength: 32 });
  for (let i = 0; i < 10_000; i++) {
    const xaes = await Xaes.import(read(32));
    const [nonce, plaintext, aad] = [read(NONCE_SIZE), readSome(), readSome()];
    const ciphertext = await encryptUnder(nonce, xaes, plaintext, aad);
    if (i % 100 === 0) {
      assertEquals(await xaes.decrypt(nonce, ciphertext, aad), plaintext.buffer);
    }
    digest.update(Buffer.from(ciphertext));
  }
  const expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939";
  assertEquals(digest.digest("hex"), expected);
});

Deno.test("Xaes.decrypt() returns null for anything but the genuine message", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const { nonce, ciphertext } = await encrypt(xaes, utf8("text"), utf8("aad"));
  assertEquals(await xaes.decrypt(nonce.with(0, ~(nonce[0] ?? 0)), ciphertext, utf8("aad")), null);
  assertEquals(await xaes.decrypt(nonce, ciphertext, utf8("add")), null);
  assertEquals(await xaes.decrypt(nonce, ciphertext.subarray(1), utf8("aad")), null);
  assertEquals(await xaes.decrypt(nonce, NOTHING, utf8("aad")), null);
  const other = await Xaes.import(new Uint8Array(32).fill(1));
  assertEquals(await other.decrypt(nonce, ciphertext, utf8("aad")), null);
});

Deno.test("Xaes.decrypt() caches the keys of genuine messages, and drops old ones", async () => {
  const reader = await Xaes.import(new Uint8Array(32));
  const messages = await Promise.all(Array.from({ length: 2 * DERIVED_KEYS }, async () => {
    return await encrypt(await Xaes.import(new Uint8Array(32)), NOTHING, NOTHING);
  }));
  const open = (some: readonly Message[]) =>
    countDerivations(async () => {
      for (const { nonce, ciphertext } of some) await reader.decrypt(nonce, ciphertext, NOTHING);
    });
  const few = messages.slice(0, DERIVED_KEYS / 2);
  assertEquals(await open(few), few.length);
  assertEquals(await open(few), 0);
  assertEquals(await open(messages), messages.length - few.length);
  assertGreater(await open(few), 0);
});

Deno.test("Xaes.decrypt() caches no key of a forged message", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const nonce = new Uint8Array(NONCE_SIZE);
  const open = () => xaes.decrypt(nonce, new Uint8Array(20), NOTHING);
  assertEquals(await countDerivations(open), 1);
  assertEquals(await countDerivations(open), 1);
});
