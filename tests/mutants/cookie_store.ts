import type { Mutant } from "./run_mutants.ts";

const FAULTS_TEST = "tests/proof/faults_test.ts";
const SEAL_PROPERTY_TEST = "tests/proof/seal_property_test.ts";
const RECORD_TEST = "tests/session/record_test.ts";
const SAVE_TEST = "tests/session/save_test.ts";
const SESSION_TEST = "tests/session/session_test.ts";
const COOKIE_STORE_TEST = "tests/stores/cookie_store_test.ts";

/** Mistakes in the cookie store, and in reading records. */
export const COOKIE_STORE: readonly Mutant[] = [
  {
    claims: ["Forgery", "7.2.1"],
    mistake: "any value is a session",
    file: "src/session/cookie_store.ts",
    from: "if (unsealed.text === null) return { record: null, reason: unsealed.reason };",
    to:
      "if (unsealed.text === null) return { record: decodeRecord(`[${Math.floor(Date.now() / 1000)},0,{}]`) };",
    testIn: SEAL_PROPERTY_TEST,
    test: "no bytes as a cookie's value throw or yield a session",
  },
  {
    claims: ["Forgery", "9.1.2"],
    mistake: "a weaker decoder is tried: the record as it is",
    file: "src/session/cookie_store.ts",
    from: "if (unsealed.text === null) return {",
    to:
      "if (unsealed.text === null && decodeRecord(value)) return { record: decodeRecord(value) };\n      if (unsealed.text === null) return {",
    testIn: SEAL_PROPERTY_TEST,
    test: "no bytes as a cookie's value throw or yield a session",
  },
  {
    claims: ["Forgery", "9.1.1"],
    mistake: "a weaker decoder is tried: the record in base64url",
    file: "src/session/cookie_store.ts",
    from: "if (unsealed.text === null) return {",
    to:
      'const plain = decodeRecord(atob(value.replace(/-/g, "+").replace(/_/g, "/")));\n      if (unsealed.text === null && plain) return { record: plain };\n      if (unsealed.text === null) return {',
    testIn: SEAL_PROPERTY_TEST,
    test: "no bytes as a cookie's value throw or yield a session",
  },
  {
    claims: ["Cookie tossing", "9.2.3", "9.2.4"],
    mistake: "the seal does not name the cookie",
    file: "src/session/cookie_store.ts",
    from: "`session:${cookieName}`",
    to: "`session`",
    testIn: SEAL_PROPERTY_TEST,
    test: "no token is of use under another secret, or as another cookie",
  },
  {
    claims: ["9.2.4"],
    mistake: "the prefix of the cookie's name is not sealed in",
    file: "src/session/cookie_store.ts",
    from: "`session:${cookieName}`",
    to: '`session:${cookieName.replace(/^__\\w+-/, "")}`',
    testIn: COOKIE_STORE_TEST,
    test: "CookieStore.load() refuses what no secret of its own sealed for that cookie, each time",
  },
  {
    claims: ["Cookie tossing"],
    mistake: "one cache serves all cookie names",
    file: "src/session/cookie_store.ts",
    from: "const cookie = `${cookieName}=${value}`;",
    to: "const cookie = value;",
    testIn: COOKIE_STORE_TEST,
    test: "CookieStore.load() refuses what no secret of its own sealed for that cookie, each time",
  },
  {
    claims: ["Key compromise"],
    mistake: "what an older secret sealed is cached as new",
    file: "src/session/cookie_store.ts",
    from: "if (newest) this.#cache.set(",
    to: "this.#cache.set(",
    testIn: SAVE_TEST,
    test: "commit() reseals what an older secret sealed when it is read, and does not prolong it",
  },
  {
    claims: ["Size", "3.3.5"],
    mistake: "a cookie that is too long is sent",
    file: "src/session/cookie_store.ts",
    from: "if (bytes > MAX_COOKIE_BYTES) {",
    to: "if (bytes > 2 * MAX_COOKIE_BYTES) {",
    testIn: SAVE_TEST,
    test:
      "commit() counts a cookie's name, value and attributes, to the byte, for https://shop.example/",
  },
  {
    claims: ["3.3.5"],
    mistake: "the attributes are counted by nobody",
    file: "src/session/cookie_store.ts",
    from: "const bytes = cookieOverhead + tokenLength(",
    to: "const bytes = tokenLength(",
    testIn: SAVE_TEST,
    test:
      "commit() counts a cookie's name, value and attributes, to the byte, for https://shop.example/",
  },
  {
    claims: ["Size"],
    mistake: "what does not unseal is kept in memory",
    file: "src/session/cookie_store.ts",
    from: "if (unsealed.text === null) return {",
    to:
      "if (unsealed.text === null) {\n        const refused = (globalThis as { refused?: string[] }).refused ??= [];\n        refused.push(value.padEnd(4096) + Math.random());\n      }\n      if (unsealed.text === null) return {",
    testIn: FAULTS_TEST,
    test: "10,000 cookies that do not unseal leave memory flat and a line every ten seconds",
  },
  {
    claims: ["Forgery"],
    mistake: "a record of any shape is taken",
    file: "src/session/record.ts",
    from: "if (!isRecord) return null;",
    to: "",
    testIn: RECORD_TEST,
    test: "decodeRecord() takes [] for no record",
  },
  {
    claims: ["Races"],
    mistake: "values that requests share can be changed",
    file: "src/session/record.ts",
    from: "return Object.freeze(value);",
    to: "return value;",
    testIn: SESSION_TEST,
    test: "Session hands out values that cannot be changed in place",
  },
];
