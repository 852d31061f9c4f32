import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { generateSecret, Keyring } from "../../src/seal/keyring.ts";
import { randomBitsOf } from "../proof/randomness.ts";
import vectors from "./token_vectors.json" with { type: "json" };

/** Bytes that look random, the same at each run: a hash of their number. */
function bytes(size: number, seed = 7): Uint8Array {
  let state = seed * 2654435761 + 1;
  return Uint8Array.from({ length: size }, () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 374761393 | 0;
    return state >>> 24;
  });
}
const url = (size: number, fill?: number): string =>
  bytes(size, fill).toBase64({ alphabet: "base64url", omitPadding: true });

Deno.test("generateSecret() makes 32 random bytes in base64url", async () => {
  const secrets = Array.from({ length: 100 }, generateSecret);
  for (const secret of secrets) assertMatch(secret, /^[A-Za-z0-9_-]{43}$/);
  assertEquals(new Set(secrets).size, 100);
  new Keyring(secrets);
  assertEquals(await randomBitsOf(generateSecret), 256);
});

Deno.test("Keyring() takes base64url and base64, with padding and without", async () => {
  for (const size of [32, 33, 34, 64]) {
    const secret = bytes(size, 0xfb);
    const spellings = (["base64", "base64url"] as const).flatMap((alphabet) => [
      secret.toBase64({ alphabet }),
      secret.toBase64({ alphabet, omitPadding: true }),
    ]);
    const ids = await Promise.all(
      spellings.map(async (text) => (await new Keyring([text]).keys())[0].keyId),
    );
    assertEquals(new Set(ids).size, 1);
  }
});

Deno.test("Keyring() refuses to hold no secret", () => {
  assertThrows(
    () => new Keyring([]),
    RangeError,
    "Cannot make a keyring: it has 0 secrets, at least 1 is needed",
  );
});

Deno.test("Keyring() refuses short secrets, telling the place, the size and the limit", () => {
  for (const size of [0, 1, 16, 31]) {
    const error = assertThrows(() => new Keyring([url(32), url(size, 9)]), RangeError);
    assertEquals(
      error.message,
      `Cannot use secret 2: it has ${size} bytes, at least 32 are needed`,
    );
  }
});

Deno.test("Keyring() refuses what is not base64, without printing it", () => {
  const culprits = [
    "correct horse battery staple correct horse",
    `${url(32)}\n`,
    ` ${url(32)}`,
    `${url(32)}==`,
    `=${url(32)}`,
    `${url(32)}!`,
    `${url(33)}A`,
    "ключключключключключключключключключключключ",
  ];
  for (const culprit of culprits) {
    const error = assertThrows(() => new Keyring([culprit]), RangeError);
    assertEquals(error.message, "Cannot use secret 1: it is neither base64url nor base64");
  }
});

for (
  const [what, secret] of [
    ["one byte", new Uint8Array(32).fill(0).toBase64()],
    ["one byte", new Uint8Array(64).fill(0xfb).toBase64()],
    ["two bytes", Uint8Array.from({ length: 48 }, (_, i) => i % 7 === 0 ? 1 : 200).toBase64()],
    [
      "a pattern of 16 bytes",
      Uint8Array.from({ length: 40 }, (_, i) => bytes(16)[i % 16] ?? 0).toBase64(),
    ],
    ["a pattern of 12 letters", "MySuperSecretKeyMySuperSecretKeyMySuperSecretKey"],
    ["an ascending sequence", Uint8Array.from({ length: 32 }, (_, i) => i).toBase64()],
    ["a descending sequence", Uint8Array.from({ length: 32 }, (_, i) => 250 - 3 * i).toBase64()],
    ["readable text", btoa("Never tell this to anybody, my dear!")],
    ["digits as text", btoa("31415926535897932384626433832795")],
    ["a phrase", "correct-horse-battery-staple-correct-horse-battery"],
    ["a phrase", "thisisasecretthisisnotasecretthisisasecret12345="],
    ["the letter x", "x".repeat(43) + "="],
  ] as const
) {
  Deno.test(`Keyring() refuses ${what} as a secret: ${secret.slice(0, 12)}…`, () => {
    const error = assertThrows(() => new Keyring([secret]), RangeError);
    assertEquals(
      error.message,
      "Cannot use secret 1: it is not random: make one with generateSecret()",
    );
  });
}

Deno.test("Keyring() takes random secrets, in hexadecimal as well", () => {
  for (let count = 0; count < 2000; count++) {
    const random = crypto.getRandomValues(new Uint8Array(32));
    new Keyring([random.toBase64({ alphabet: "base64url" }), random.toHex()]);
  }
});

Deno.test("Keyring() refuses the same secret twice, however it is spelled", () => {
  const [first, other] = [bytes(32, 0xfb), bytes(32, 1)];
  const secrets = [first.toBase64(), other.toBase64(), url(32, 0xfb)];
  const error = assertThrows(() => new Keyring(secrets), RangeError);
  assertEquals(error.message, "Cannot use secret 3: it is the same as secret 1");
});

Deno.test("Keyring.keys() derives at the first call, and then answers at once", async () => {
  const keyring = new Keyring([url(32), url(32, 8)]);
  const [first, second] = [keyring.keys(), keyring.keys()];
  assert(first instanceof Promise);
  assert(first === second, "concurrent calls share one derivation");
  const keys = await first;
  assert(keyring.keys() === keys);
});

Deno.test("Keyring() does no cryptography before keys() is called", () => {
  const { importKey } = crypto.subtle;
  crypto.subtle.importKey = () => {
    throw new Error("Cryptography at the wrong moment");
  };
  try {
    new Keyring([url(32)]);
  } finally {
    crypto.subtle.importKey = importKey;
  }
});

Deno.test("Keyring.keys() tries again after a failure", async () => {
  const keyring = new Keyring([url(32)]);
  const { importKey } = crypto.subtle;
  crypto.subtle.importKey = () => Promise.reject(new Error("Not now"));
  try {
    const failure = await Promise.resolve(keyring.keys()).catch((error: Error) => error);
    assert(failure instanceof Error);
  } finally {
    crypto.subtle.importKey = importKey;
  }
  assertEquals((await keyring.keys()).length, 1);
});

Deno.test("Keyring.keys() keeps the order of the secrets", async () => {
  const [a, b] = [url(32, 1), url(32, 2)];
  const ids = (await new Keyring([a, b]).keys()).map((key) => key.keyId);
  const reversed = (await new Keyring([b, a]).keys()).map((key) => key.keyId);
  assertEquals(ids, reversed.reverse());
  assertNotEquals(ids[0], ids[1]);
});

Deno.test("Keyring.keys() gives the ids of the committed vectors", async () => {
  for (const { secret, keyId } of vectors) {
    const [key] = await new Keyring([secret]).keys();
    assertEquals(key.keyId, keyId);
    assertEquals(key.header.toHex(), `01${keyId}`);
  }
});

Deno.test("Keyring does not show its secrets when it is printed", async () => {
  const keyring = new Keyring([url(32)]);
  await keyring.keys();
  assertEquals(Deno.inspect(keyring), "Keyring {}");
  assertEquals(JSON.stringify(keyring), "{}");
});
