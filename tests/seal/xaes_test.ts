import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Bytes } from "../../src/seal/bytes.ts";
import { DERIVED_KEYS, MESSAGES_PER_PREFIX, NONCE_SIZE, Xaes } from "../../src/seal/xaes.ts";

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const hex = (bytes: ArrayBuffer): string => new Uint8Array(bytes).toHex();
const nonceOf = (n: number): Bytes => {
  const nonce = new Uint8Array(NONCE_SIZE);
  new DataView(nonce.buffer).setUint32(0, n);
  return nonce;
};

/** Counts the derivations while `run` runs: each imports one AES-GCM key. */
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
    for (const key of ["derived", "remembered"]) {
      const ciphertext = await xaes.encrypt(nonce, utf8("XAES-256-GCM"), utf8(aad));
      assertEquals(hex(ciphertext), expected, key);
    }
    const plaintext = await xaes.decrypt(nonce, Uint8Array.fromHex(expected), utf8(aad));
    assertEquals(plaintext, utf8("XAES-256-GCM").buffer);
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
    const ciphertext = new Uint8Array(await xaes.encrypt(nonce, plaintext, aad));
    if (i % 100 === 0) {
      assertEquals(await xaes.decrypt(nonce, ciphertext, aad), plaintext.buffer);
    }
    digest.update(Buffer.from(ciphertext));
  }
  const expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939";
  assertEquals(digest.digest("hex"), expected);
});

Deno.test("Xaes.import() refuses a key of another size", async () => {
  for (const size of [0, 16, 31, 33]) {
    await assertRejects(
      () => Xaes.import(new Uint8Array(size)),
      RangeError,
      `Cannot import the key: it has ${size} bytes, 32 are needed`,
    );
  }
});

Deno.test("Xaes.decrypt() returns null for anything but the genuine message", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const ciphertext = new Uint8Array(await xaes.encrypt(nonceOf(1), utf8("text"), utf8("aad")));
  assertEquals(await xaes.decrypt(nonceOf(2), ciphertext, utf8("aad")), null);
  assertEquals(await xaes.decrypt(nonceOf(1), ciphertext, utf8("add")), null);
  assertEquals(await xaes.decrypt(nonceOf(1), ciphertext.subarray(1), utf8("aad")), null);
  assertEquals(await xaes.decrypt(nonceOf(1), new Uint8Array(), utf8("aad")), null);
  const other = await Xaes.import(new Uint8Array(32).fill(1));
  assertEquals(await other.decrypt(nonceOf(1), ciphertext, utf8("aad")), null);
});

Deno.test("Xaes.fillNonce() keeps a prefix for 65,536 messages, then draws another", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const nonce = new Uint8Array(NONCE_SIZE);
  const prefixes: string[] = [];
  const tails = new Set<string>();
  for (let i = 0; i <= 2 * MESSAGES_PER_PREFIX; i++) {
    xaes.fillNonce(nonce);
    const prefix = nonce.subarray(0, 12).toHex();
    if (prefixes.at(-1) !== prefix) prefixes.push(prefix);
    tails.add(nonce.subarray(12).toHex());
  }
  assertEquals(MESSAGES_PER_PREFIX, 65_536);
  assertEquals(new Set(prefixes).size, 3);
  assertEquals(prefixes.length, 3);
  assertEquals(tails.size, 2 * MESSAGES_PER_PREFIX + 1);
});

Deno.test("Xaes.fillNonce() draws a prefix for each instance", async () => {
  const nonces = await Promise.all([0, 0].map(async () => {
    const nonce = new Uint8Array(NONCE_SIZE);
    (await Xaes.import(new Uint8Array(32))).fillNonce(nonce);
    return nonce.subarray(0, 12).toHex();
  }));
  assertNotEquals(nonces[0], nonces[1]);
});

Deno.test("Xaes.encrypt() derives a key once a prefix", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const count = await countDerivations(async () => {
    for (let i = 0; i < 5; i++) await xaes.encrypt(nonceOf(1), utf8("x"), utf8(""));
  });
  assertEquals(count, 1);
});

Deno.test("Xaes.decrypt() remembers keys of genuine messages, least recently used out", async () => {
  const writer = await Xaes.import(new Uint8Array(32));
  const reader = await Xaes.import(new Uint8Array(32));
  const messages: Bytes[] = [];
  for (let i = 0; i <= DERIVED_KEYS; i++) {
    messages.push(new Uint8Array(await writer.encrypt(nonceOf(i), utf8("x"), utf8(""))));
  }
  const open = (i: number) => reader.decrypt(nonceOf(i), messages[i] ?? new Uint8Array(), utf8(""));
  const openFirst = async () => {
    for (let i = 0; i < DERIVED_KEYS; i++) await open(i);
  };
  assertEquals(await countDerivations(openFirst), DERIVED_KEYS);
  assertEquals(await countDerivations(openFirst), 0, "all remembered");
  await open(0); // in use: 1 is now the oldest
  assertEquals(await countDerivations(() => open(DERIVED_KEYS)), 1, "one too many");
  assertEquals(await countDerivations(() => open(0)), 0, "recently used");
  assertEquals(await countDerivations(() => open(1)), 1, "least recently used");
});

Deno.test("Xaes.encrypt() keeps the key of its own nonces, however many others come", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const nonce = new Uint8Array(NONCE_SIZE);
  const seal = async () => {
    xaes.fillNonce(nonce);
    return new Uint8Array(await xaes.encrypt(nonce, utf8("x"), utf8("")));
  };
  assertEquals(await countDerivations(seal), 1);
  for (let i = 0; i <= DERIVED_KEYS; i++) await xaes.encrypt(nonceOf(i), utf8("x"), utf8(""));
  let ciphertext = new Uint8Array();
  const sealAgain = async () => void (ciphertext = await seal());
  assertEquals(await countDerivations(sealAgain), 0);
  const other = await Xaes.import(new Uint8Array(32));
  assertEquals(await other.decrypt(nonce, ciphertext, utf8("")), utf8("x").buffer);
});

Deno.test("Xaes.encrypt() takes another key for another prefix of its own", async () => {
  const writer = await Xaes.import(new Uint8Array(32));
  const reader = await Xaes.import(new Uint8Array(32));
  const nonce = new Uint8Array(NONCE_SIZE);
  for (let message = 0; message <= MESSAGES_PER_PREFIX; message++) {
    writer.fillNonce(nonce);
    if (message % MESSAGES_PER_PREFIX !== 0) continue; // the first of each prefix
    const ciphertext = new Uint8Array(await writer.encrypt(nonce, utf8("x"), utf8("")));
    assertEquals(await reader.decrypt(nonce, ciphertext, utf8("")), utf8("x").buffer);
  }
});

Deno.test("Xaes.decrypt() remembers no key of a forged message", async () => {
  const xaes = await Xaes.import(new Uint8Array(32));
  const forged = new Uint8Array(20);
  const open = () => xaes.decrypt(nonceOf(7), forged, utf8(""));
  assertEquals(await countDerivations(open), 1);
  assertEquals(await countDerivations(open), 1);
});
