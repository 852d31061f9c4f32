import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { generateSecret } from "@satchel/satchel";
import { Keyring, Sealer } from "@satchel/satchel/seal";
import { randomBitsOf } from "../proof/randomness.ts";

/** Bytes that look random, the same in each run. */
function bytes(size: number, seed = 7): Uint8Array {
  let state = seed * 2654435761 + 1;
  return Uint8Array.from({ length: size }, () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 374761393 | 0;
    return state >>> 24;
  });
}
const secretOf = (size: number, seed?: number): string =>
  bytes(size, seed).toBase64({ alphabet: "base64url", omitPadding: true });

/** Runs something while WebCrypto imports no key. */
async function withoutCrypto<T>(run: () => T | Promise<T>): Promise<T> {
  const { importKey } = crypto.subtle;
  crypto.subtle.importKey = () => Promise.reject(new Error("Not now"));
  try {
    return await run();
  } finally {
    crypto.subtle.importKey = importKey;
  }
}

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
    const token = await new Sealer(new Keyring([secret.toBase64()]), "").seal("x");
    for (const alphabet of ["base64", "base64url"] as const) {
      for (const omitPadding of [true, false]) {
        const keyring = new Keyring([secret.toBase64({ alphabet, omitPadding })]);
        assertEquals((await new Sealer(keyring, "").unseal(token)).text, "x");
      }
    }
  }
});

Deno.test("Keyring() takes a secret whose last character has unused bits", () => {
  new Keyring([secretOf(32).slice(0, -1) + "f"]);
});

Deno.test("Keyring() refuses to hold no secret", () => {
  assertThrows(
    () => new Keyring([]),
    RangeError,
    "Cannot make a keyring: at least 1 secret is needed",
  );
});

const REFUSED: Record<string, [secret: string, fault: string][]> = {
  "has 0 bytes, at least 32 are needed": [["nothing", ""]],
  "has 1 bytes, at least 32 are needed": [["a byte", secretOf(1)]],
  "has 31 bytes, at least 32 are needed": [["31 bytes", secretOf(31)]],
  "is neither base64url nor base64": [
    ["a sentence", "correct horse battery staple correct horse"],
    ["a line end", `${secretOf(32)}\n`],
    ["a space", ` ${secretOf(32)}`],
    ["too much padding", `${secretOf(32)}==`],
    ["padding in front", `=${secretOf(32)}`],
    ["an exclamation mark", `${secretOf(32)}!`],
    ["a lone character at the end", `${secretOf(33)}A`],
    ["letters beyond ASCII", "ключключключключключключключключключключключ"],
  ],
  "is not random: make one with generateSecret()": [
    ["zeros", new Uint8Array(32).toBase64()],
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
    ["a phrase with digits", "thisisasecretthisisnotasecretthisisasecret12345="],
    ["the letter x", "x".repeat(43) + "="],
  ],
};

for (const [fault, secrets] of Object.entries(REFUSED)) {
  for (const [what, secret] of secrets) {
    Deno.test(`Keyring() refuses ${what} as a secret, and does not print it`, () => {
      const error = assertThrows(() => new Keyring([secretOf(32, 9), secret]), RangeError);
      assertEquals(error.message, `Cannot use secret 2: it ${fault}`);
    });
  }
}

Deno.test("Keyring() takes random secrets, in hexadecimal as well", () => {
  for (let count = 0; count < 2000; count++) {
    const random = crypto.getRandomValues(new Uint8Array(32));
    new Keyring([random.toBase64({ alphabet: "base64url" }), random.toHex()]);
  }
});

Deno.test("Keyring() refuses the same secret twice, however it is spelled", () => {
  const [first, other] = [bytes(32, 0xfb), bytes(32, 1)];
  const secrets = [first.toBase64(), other.toBase64(), secretOf(32, 0xfb)];
  const error = assertThrows(() => new Keyring(secrets), RangeError);
  assertEquals(error.message, "Cannot use secret 3: it is the same as secret 1");
});

Deno.test("Keyring() and Sealer() do no cryptography before something is sealed", async () => {
  const sealer = await withoutCrypto(() => new Sealer(new Keyring([secretOf(32)]), ""));
  assertEquals((await sealer.unseal(await sealer.seal("x"))).text, "x");
});

Deno.test("Keyring derives its keys once, however many sealers ask", async () => {
  const { deriveBits } = crypto.subtle;
  let derived = 0;
  crypto.subtle.deriveBits = ((...args: unknown[]) => {
    derived++;
    return Reflect.apply(deriveBits, crypto.subtle, args);
  }) as typeof deriveBits;
  try {
    const keyring = new Keyring([secretOf(32), secretOf(32, 8)]);
    await Promise.all(["a", "b", "c"].map((purpose) => new Sealer(keyring, purpose).seal("x")));
  } finally {
    crypto.subtle.deriveBits = deriveBits;
  }
  assertEquals(derived, 4); // of each secret the id and the key
});

Deno.test("Keyring derives its keys again after a failure", async () => {
  const sealer = new Sealer(new Keyring([secretOf(32)]), "");
  await withoutCrypto(() => assertRejects(() => sealer.seal("x"), Error, "Not now"));
  assertEquals((await sealer.unseal(await sealer.seal("x"))).text, "x");
});

Deno.test("Keyring does not show its secrets when it is printed", async () => {
  const keyring = new Keyring([secretOf(32)]);
  await new Sealer(keyring, "").seal("x");
  assertEquals(Deno.inspect(keyring), "Keyring {}");
  assertEquals(JSON.stringify(keyring), "{}");
});
