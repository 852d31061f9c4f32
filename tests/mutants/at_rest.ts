import type { Mutant } from "./run_mutants.ts";

const SERVER_STORE_TEST = "tests/stores/server_store_test.ts";

/** Mistakes in sealing what a database keeps. */
export const AT_REST: readonly Mutant[] = [
  {
    claims: ["Reading"],
    mistake: "all records are sealed under one key",
    file: "src/stores/entry.ts",
    from: "RecordSeal.from(id,",
    to: 'RecordSeal.from("",',
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() refuses records that were moved to another id or cookie name",
  },
  {
    claims: ["Reading"],
    mistake: "all states of a session are sealed under one nonce",
    file: "src/stores/envelope.ts",
    from: "const iv = randomBytes(NONCE_SIZE);",
    to: "const iv = new Uint8Array(NONCE_SIZE);",
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() seals each state of a session under a nonce of 96 random bits",
  },
  {
    claims: ["Reading"],
    mistake: "nonces at rest have 32 random bits",
    file: "src/stores/envelope.ts",
    from: "const iv = randomBytes(NONCE_SIZE);",
    to: "const iv = new Uint8Array(NONCE_SIZE);\n    iv.set(randomBytes(4));",
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() seals each state of a session under a nonce of 96 random bits",
  },
  {
    claims: ["Reading"],
    mistake: "what was tampered with in the database is read",
    file: "src/stores/envelope.ts",
    from: "catch {\n      return null;",
    to: "catch {\n      return decoder.decode(ciphertext);",
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() refuses records that were moved to another id or cookie name",
  },
  {
    claims: ["9.2.2"],
    mistake: "a seal at rest is good for any purpose",
    file: "src/stores/envelope.ts",
    from: "const info = encoder.encode(purpose);",
    to: 'const info = encoder.encode("");',
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() refuses records that were moved to another id or cookie name",
  },
];
