import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { generateSecret } from "@satchel/satchel";
import { Keyring, Sealer } from "@satchel/satchel/seal";
import { drawing } from "../proof/randomness.ts";
import vectors from "./token_vectors.json" with { type: "json" };

const TOKEN_OVERHEAD = 1 + 4 + 24 + 16;
const MAX_TOKEN_LENGTH = 131_072;

const decode = (token: string): Uint8Array =>
  Uint8Array.fromBase64(token, { alphabet: "base64url" });
const encode = (bytes: Uint8Array): string =>
  bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ 1 << (bit & 7));

function sealer(purpose = "test", ...secrets: string[]): Sealer {
  return new Sealer(new Keyring(secrets.length ? secrets : [generateSecret()]), purpose);
}

/** Counts the calls of WebCrypto while `run` runs. */
async function countCrypto(run: () => unknown): Promise<Record<string, number>> {
  const { subtle } = crypto;
  const counts: Record<string, number> = {};
  const names = ["encrypt", "decrypt", "importKey", "deriveBits", "digest"] as const;
  for (const name of names) {
    const original = subtle[name];
    const value = (...args: unknown[]) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return Reflect.apply(original, subtle, args);
    };
    Object.defineProperty(subtle, name, { value, configurable: true });
  }
  try {
    await run();
  } finally {
    for (const name of names) Reflect.deleteProperty(subtle, name);
  }
  return counts;
}

for (const [i, vector] of vectors.entries()) {
  Deno.test(`Sealer writes and reads token vector ${i + 1}`, async () => {
    const { secret, purpose, nonce, text, token, keyId } = vector;
    const writer = sealer(purpose, secret);
    const { made } = await drawing(() => writer.seal(text), Uint8Array.fromHex(nonce));
    assertEquals(made, token);
    const reader = sealer(purpose, secret);
    assertEquals(await reader.unseal(token), { text, keyId, newest: true });
  });
}

Deno.test("Sealer.seal() makes tokens of the documented shape, never the same twice", async () => {
  const text = '{"a":1}';
  const it = sealer();
  const tokens = await Promise.all(Array.from({ length: 100 }, () => it.seal(text)));
  assertEquals(new Set(tokens).size, 100);
  for (const token of tokens) {
    assertMatch(token, /^[A-Za-z0-9_-]+$/);
    const bytes = decode(token);
    assertEquals(bytes.length, TOKEN_OVERHEAD + text.length);
    assertEquals(bytes[0], 1);
  }
});

Deno.test("Sealer.seal() keeps 500 texts apart that are sealed together", async () => {
  const secret = generateSecret();
  const [it, other] = [sealer("test", secret), sealer("test", secret)];
  const texts = Array.from({ length: 500 }, (_, i) => `${i} `.repeat(i));
  for (const keys of ["derived", "cached"]) {
    const tokens = await Promise.all(texts.map((text) => it.seal(text)));
    for (const reader of [it, other]) {
      const unsealed = await Promise.all(tokens.map((token) => reader.unseal(token)));
      assertEquals(unsealed.map(({ text }) => text), texts, keys);
    }
  }
});

Deno.test("Sealer.seal() and unseal() give back any text", async () => {
  const it = sealer();
  for (const text of ["", "\u{feff}", "\0", "é", "世界", "\u{1f45c}", "\u{10ffff}".repeat(999)]) {
    assertEquals((await it.unseal(await it.seal(text))).text, text);
  }
});

Deno.test("Sealer.seal() makes a lone surrogate the replacement character, as UTF-8 does", async () => {
  const it = sealer();
  for (
    const [text, kept] of [["a\ud800b", "a\ufffdb"], ["\udc00", "\ufffd"], ["x\ud83d", "x\ufffd"]]
  ) {
    assertEquals((await it.unseal(await it.seal(text ?? ""))).text, kept);
  }
});

Deno.test("Sealer.seal() costs one call of WebCrypto, and so does unseal()", async () => {
  const secret = generateSecret();
  const [writer, reader] = [sealer("test", secret), sealer("test", secret)];
  const token = await writer.seal("x");
  await reader.unseal(token);
  assertEquals(await countCrypto(() => writer.seal("y")), { encrypt: 1 });
  assertEquals(await countCrypto(() => writer.unseal(token)), { decrypt: 1 });
  assertEquals(await countCrypto(() => reader.unseal(token)), { decrypt: 1 });
});

Deno.test("Sealer.unseal() spends no cryptography on a key that it does not know", async () => {
  const it = sealer();
  await it.seal("x");
  const foreign = await sealer().seal("x");
  assertEquals(await countCrypto(() => it.unseal(foreign)), {});
});

Deno.test("Sealer.keyId names the key that seals, from the first call on", async () => {
  const [newer, older] = [generateSecret(), generateSecret()];
  const [it, old] = [sealer("test", newer, older), sealer("test", older)];
  assertEquals([it.keyId, old.keyId], ["", ""]);
  const token = await old.seal("x");
  const byOld = await it.unseal(token);
  assert(byOld.text !== null);
  assertEquals(old.keyId, byOld.keyId);
  const byNew = await it.unseal(await it.seal("x"));
  assert(byNew.text !== null);
  assertEquals(it.keyId, byNew.keyId);
  assert(it.keyId !== old.keyId);
});

Deno.test("Sealer.seal() draws a new prefix after 65,536 seals", async () => {
  const secret = generateSecret();
  const it = sealer("test", secret);
  const prefixOf = (token: string) => decode(token).subarray(5, 17).toHex();
  const first = prefixOf(await it.seal(""));
  const { encrypt } = crypto.subtle;
  crypto.subtle.encrypt = () => Promise.resolve(new ArrayBuffer(16)); // counting needs no secrecy
  let last = "";
  try {
    for (let i = 2; i <= 65_536; i++) last = await it.seal("");
  } finally {
    crypto.subtle.encrypt = encrypt;
  }
  assertEquals(prefixOf(last), first);
  assert(prefixOf(await sealer("test", secret).seal("")) !== first, "each keyring has its own");
  const token = await it.seal("next");
  assert(prefixOf(token) !== first);
  assertEquals((await it.unseal(token)).text, "next");
  assertEquals((await sealer("test", secret).unseal(token)).text, "next");
});

Deno.test("Sealer.seal() takes texts up to the longest token, and says so beyond", async () => {
  const it = sealer();
  const limit = MAX_TOKEN_LENGTH / 4 * 3 - TOKEN_OVERHEAD;
  const token = await it.seal("x".repeat(limit));
  assertEquals(token.length, MAX_TOKEN_LENGTH);
  assertEquals((await it.unseal(token)).text?.length, limit);
  for (const text of ["x".repeat(limit + 1), "é".repeat((limit + 1) / 2)]) {
    const error = await assertRejects(() => it.seal(text), RangeError);
    assertEquals(
      error.message,
      "Cannot seal the text: it has 98260 bytes, at most 98259 are allowed",
    );
  }
});

Deno.test("Sealer.unseal() refuses a token with any single bit flipped", async () => {
  const it = sealer();
  const bytes = decode(await it.seal("some text"));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const token = encode(flipped(bytes, bit));
    const reason = bit < 8 ? "malformed" : bit < 40 ? "unknown key" : "forged";
    assertEquals(await it.unseal(token), { text: null, reason }, `bit ${bit}`);
  }
});

Deno.test("Sealer.unseal() refuses a token with any single character changed", async () => {
  const it = sealer();
  const token = await it.seal("some text!");
  for (let i = 0; i < token.length; i++) {
    for (const character of ["A", "-", "_", "+", "/", "=", " ", "\n", "\0", "é", "\u{1f45c}"]) {
      if (token[i] === character) continue;
      const changed = token.slice(0, i) + character + token.slice(i + 1);
      assertEquals((await it.unseal(changed)).text, null, `${character} at ${i}`);
    }
  }
});

Deno.test("Sealer.unseal() refuses every truncation of a token", async () => {
  const it = sealer();
  const token = await it.seal("some text");
  for (let length = 0; length < token.length; length++) {
    for (const part of [token.slice(0, length), token.slice(token.length - length)]) {
      const unsealed = await it.unseal(part);
      assert(unsealed.text === null && unsealed.reason, `${length} characters`);
    }
  }
});

Deno.test("Sealer.unseal() refuses every spelling of a token but its own", async () => {
  const it = sealer();
  for (const text of ["", "x", "xy"]) {
    const token = await it.seal(text);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const nextLast = alphabet[alphabet.indexOf(token.at(-1) ?? "") ^ 1];
    const spellings = [
      ` ${token}`,
      `${token}\n`,
      `${token.slice(0, 9)}\t${token.slice(9)}`,
      `${token}=`,
      `${token}==`,
      `"${token}"`,
      encodeURIComponent(`${token}=`),
    ];
    if (token.length % 4 !== 0) spellings.push(token.slice(0, -1) + nextLast); // unused bits set
    for (const spelling of spellings) {
      assertEquals(it.unseal(spelling), { text: null, reason: "malformed" }, spelling);
    }
  }
});

Deno.test("Sealer.unseal() refuses garbage and absurd lengths synchronously", () => {
  const it = sealer();
  const tokens = ["", "A", "%", "null", "\0", "AQ", "A".repeat(59), "A".repeat(60)];
  tokens.push("B".repeat(MAX_TOKEN_LENGTH + 1), "B".repeat(1e7));
  tokens.push("AQAA".padEnd(MAX_TOKEN_LENGTH + 4, "A")); // of the right version
  for (const token of tokens) {
    assertEquals(it.unseal(token), { text: null, reason: "malformed" });
  }
});

Deno.test("Sealer.unseal() gives no token to another purpose", async () => {
  const keyring = new Keyring([generateSecret()]);
  const [one, other] = [new Sealer(keyring, "session:a"), new Sealer(keyring, "session:b")];
  const token = await one.seal("x");
  assertEquals((await one.unseal(token)).text, "x");
  assertEquals(await other.unseal(token), { text: null, reason: "forged" });
});

Deno.test("Sealer.unseal() knows no token of a foreign secret", async () => {
  const token = await sealer().seal("x");
  assertEquals(await sealer().unseal(token), { text: null, reason: "unknown key" });
});

Deno.test("Sealer.unseal() refuses a token whose key id names another key it has", async () => {
  const secrets = [generateSecret(), generateSecret()];
  const it = sealer("test", ...secrets);
  const bytes = decode(await it.seal("x"));
  const older = decode(await sealer("test", secrets[1] ?? "").seal("x"));
  bytes.set(older.subarray(0, 5)); // the version, and the key's id
  assertEquals(await it.unseal(encode(bytes)), { text: null, reason: "forged" });
});

Deno.test("Sealer seals with the newest secret and unseals with all of them", async () => {
  const [a, b, c] = [generateSecret(), generateSecret(), generateSecret()];
  const byA = await sealer("test", a).seal("by a");
  const rotated = sealer("test", c, b, a);
  for (const time of ["first", "second"]) {
    const old = await rotated.unseal(byA);
    assert(old.text !== null && old.newest === false && old.text === "by a", time);
  }
  const byC = await rotated.seal("by c");
  const fresh = await rotated.unseal(byC);
  assert(fresh.text !== null && fresh.newest && fresh.text === "by c");
  assertEquals((await sealer("test", c).unseal(byC)).text, "by c");
  assertEquals(await sealer("test", a).unseal(byC), { text: null, reason: "unknown key" });
});

Deno.test("Sealer tells apart two secrets with one key id", async () => {
  // Found by search: both have the key id a9f5eb00.
  const one = "MKmJ-kRyOrE0zRd_YzNGxEUDJ_SHgIXoeR7Bf2lDzy8";
  const two = "OQlsp1-gfDw7vK5S_E30PVCRRwjibbA54Eru3gUo8QA";
  const both = sealer("test", one, two);
  for (const [secret, newest] of [[one, true], [two, false]] as const) {
    const token = await sealer("test", secret).seal("x");
    assertEquals(await both.unseal(token), { text: "x", keyId: "a9f5eb00", newest });
  }
  const foreign = await sealer("another purpose", two).seal("x");
  assertEquals(await both.unseal(foreign), { text: null, reason: "forged" });
});

Deno.test("Sealer.unseal() answers synchronously where the token is malformed, else with a promise", async () => {
  const it = sealer();
  const token = await it.seal("x");
  const bytes = decode(token);
  const forged = encode(flipped(bytes, bytes.length * 8 - 1));
  for (
    const [given, expected] of [
      [token, { text: "x", keyId: it.keyId, newest: true }],
      [forged, { text: null, reason: "forged" }],
    ] as const
  ) {
    for (const time of ["first", "second"]) { // nothing is remembered
      const unsealed = it.unseal(given);
      assert(unsealed instanceof Promise, time);
      assertEquals(await unsealed, expected);
    }
  }
  assertEquals(it.unseal(token.slice(1)), { text: null, reason: "malformed" });
});
