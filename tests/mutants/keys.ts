import type { Mutant } from "./run_mutants.ts";

const SEAL_PROPERTY_TEST = "tests/proof/seal_property_test.ts";
const KEYRING_TEST = "tests/seal/keyring_test.ts";
const SEAL_TEST = "tests/seal/seal_test.ts";
const SESSIONS_TEST = "tests/session/sessions_test.ts";
const COOKIE_STORE_TEST = "tests/stores/cookie_store_test.ts";

/** Mistakes with secrets, bytes and caches. */
export const KEYS: readonly Mutant[] = [
  {
    claims: ["Forgery"],
    mistake: "other spellings of a token are taken",
    file: "src/seal/bytes.ts",
    from: "bytes !== null && encodeBase64url(bytes) === text ? bytes : null",
    to: "bytes",
    testIn: SEAL_PROPERTY_TEST,
    test: "no bytes as a cookie's value throw or yield a session",
  },
  {
    claims: ["Forgery"],
    mistake: "unsealing throws where a token is no base64url",
    file: "src/seal/bytes.ts",
    from: "catch {\n    return null;",
    to: "catch (error) {\n    throw error;",
    testIn: SEAL_PROPERTY_TEST,
    test: "no bytes as a cookie's value throw or yield a session",
  },
  {
    claims: ["Forgery"],
    mistake: "the public key id is the beginning of the key",
    file: "src/seal/keyring.ts",
    from: 'expand(key, "sealing key", 32)',
    to: 'expand(key, "key id", 32)',
    testIn: SEAL_TEST,
    test: "Sealer writes and reads token vector 1",
  },
  {
    claims: ["9.1.3"],
    mistake: "the secret is not looked at: all keys are the same",
    file: "src/seal/keyring.ts",
    from: 'importKey("raw", secret, "HKDF"',
    to: 'importKey("raw", secret.map(() => 7), "HKDF"',
    testIn: SEAL_TEST,
    test: "Sealer.unseal() knows no token of a foreign secret",
  },
  {
    claims: ["Key compromise", "7.4.5"],
    mistake: "a secret that was dropped goes on unsealing",
    file: "src/seal/keyring.ts",
    from: "if (secrets.length === 0) {",
    to:
      "const known = (globalThis as { known?: Set<string> }).known ??= new Set();\n    secrets = [...new Set([...secrets, ...known])];\n    for (const secret of secrets) known.add(secret);\n    if (secrets.length === 0) {",
    testIn: SESSIONS_TEST,
    test: "Sessions open what an older secret sealed, until that secret is gone",
  },
  {
    claims: ["Key compromise"],
    mistake: "generateSecret() draws 8 bytes",
    file: "src/seal/keyring.ts",
    from: "encodeBase64url(randomBytes(MIN_SECRET_SIZE))",
    to: "encodeBase64url(randomBytes(8))",
    testIn: KEYRING_TEST,
    test: "generateSecret() makes 32 random bytes in base64url",
  },
  {
    claims: ["Key compromise", "7.2.3"],
    mistake: "random bytes come from Math.random",
    file: "src/seal/bytes.ts",
    from: "return crypto.getRandomValues(new Uint8Array(size));",
    to: "return new Uint8Array(size).map(() => Math.random() * 256);",
    testIn: KEYRING_TEST,
    test: "generateSecret() makes 32 random bytes in base64url",
  },
  {
    claims: ["Key compromise"],
    mistake: "a secret of 16 bytes is enough",
    file: "src/seal/keyring.ts",
    from: "MIN_SECRET_SIZE = 32",
    to: "MIN_SECRET_SIZE = 16",
    testIn: KEYRING_TEST,
    test: "Keyring() refuses 31 bytes as a secret, and does not print it",
  },
  {
    claims: ["Key compromise"],
    mistake: "a made-up secret is taken",
    file: "src/seal/keyring.ts",
    from: "if (isMadeUp(secret, text))",
    to: "if (isMadeUp(secret, text) && secret.length === 0)",
    testIn: KEYRING_TEST,
    test: "Keyring() refuses zeros as a secret, and does not print it",
  },
  {
    claims: ["Key compromise"],
    mistake: "a phrase typed as base64 is taken",
    file: "src/seal/keyring.ts",
    from: "|| /^[a-z_-]+\\d{0,8}=*$/.test(text)",
    to: "",
    testIn: KEYRING_TEST,
    test: "Keyring() refuses a phrase as a secret, and does not print it",
  },
  {
    claims: ["Logs"],
    mistake: "the error of a bad secret shows it",
    file: "src/seal/keyring.ts",
    from: "${index + 1}: it ${fault}",
    to: "${index + 1}: ${text} ${fault}",
    testIn: KEYRING_TEST,
    test: "Keyring() refuses 31 bytes as a secret, and does not print it",
  },
  {
    claims: ["Size"],
    mistake: "a cache keeps what is old",
    file: "src/seal/cache.ts",
    from: "this.#old = this.#young;",
    to: "this.#old = new Map([...this.#old, ...this.#young]);",
    testIn: COOKIE_STORE_TEST,
    test: "CookieStore caches no more than cacheEntries allows",
  },
  {
    claims: ["Size"],
    mistake: "a cache counts entries alone",
    file: "src/seal/cache.ts",
    from: "|| this.#size + size > this.#maxSize",
    to: "",
    testIn: COOKIE_STORE_TEST,
    test: "CookieStore caches no more than cacheBytes allows",
  },
];
