import type { Mutant } from "./run_mutants.ts";

const OWNER_FLOW_TEST = "tests/flows/owner_flow_test.ts";
const KV_STORE_TEST = "tests/stores/kv_store_test.ts";
const MEMORY_STORE_TEST = "tests/stores/memory_store_test.ts";
const SERVER_STORE_TEST = "tests/stores/server_store_test.ts";

/** Mistakes in the lists of accounts' sessions. */
export const OWNERS: readonly Mutant[] = [
  {
    claims: ["7.4.2", "7.5.2"],
    mistake: "a session that cannot be ended at once is not ended by its handle",
    file: "src/stores/owners.ts",
    from: 'if (outcome !== "changed") return outcome === "ended";',
    to: 'return outcome === "ended";',
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() gives up on a session that changes all the time",
  },
  {
    claims: ["Reading"],
    mistake: "an account's name is a key in the database",
    file: "src/stores/owners.ts",
    from: "Promise.all([hashOf(owner), RecordSeal",
    to: "Promise.all([owner, RecordSeal",
    testIn: KV_STORE_TEST,
    test: "KvStore in memory holds neither ids nor values in the clear",
  },
  {
    claims: ["Reading"],
    mistake: "labels of an account's sessions are kept as they are",
    file: "src/stores/owners.ts",
    from: "await seal.seal(JSON.stringify([renewedAt, label]))",
    to: "JSON.stringify([renewedAt, label])",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore lists an owner's sessions and ends them",
  },
  {
    claims: ["7.4.3"],
    mistake: "the own session ends with the others",
    file: "src/stores/owners.ts",
    from: "if (keyIn(entry) === spared) return;",
    to: "",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore lists an owner's sessions and ends them",
  },
  {
    claims: ["7.4.3", "7.5.2"],
    mistake: "the others stay when one session is spared",
    file: "src/stores/owners.ts",
    from: "if (keyIn(entry) === spared) return;",
    to: "if (spared !== null) return;",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore lists an owner's sessions and ends them",
  },
  {
    claims: ["7.4.2", "Theft"],
    mistake: "ended sessions are taken off the list alone",
    file: "src/stores/owners.ts",
    from: 'if (!await this.#backend.write([gone])) return "changed";',
    to: "void gone;",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore lists an owner's sessions and ends them",
  },
  {
    claims: ["7.4.2"],
    mistake: "a session that changes meanwhile is left",
    file: "src/stores/owners.ts",
    from: "if (calm === 2 || (calm === 1 && steps === 1)) return ended;",
    to: "return ended;",
    testIn: SERVER_STORE_TEST,
    test: "ServerStore() ends a session that moves to the top of the list while it is read",
  },
  {
    claims: ["7.1.2", "7.5.2"],
    mistake: "a page of an account's sessions has one less",
    file: "src/stores/owners.ts",
    from: "return living.slice(0, limit);",
    to: "return living.slice(0, limit - 1);",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore lists what began last first, page by page",
  },
  {
    claims: ["7.1.2"],
    mistake: "the number of sessions that an account may have is not looked at",
    file: "src/stores/list_sessions.ts",
    from: "--left < 0)",
    to: "--left < -99)",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore leaves an account as many sessions as it may have, the newest",
  },
  {
    claims: ["7.5.2"],
    mistake: "every session of the list is marked as the own one",
    file: "src/stores/list_sessions.ts",
    from: "current: owned.handle === handle",
    to: "current: true",
    testIn: OWNER_FLOW_TEST,
    test: "a visitor sees their sessions on all devices and ends the others",
  },
  {
    claims: ["7.4.3"],
    mistake: "the option except is not looked at",
    file: "src/stores/list_sessions.ts",
    from: "const spared = await handleOf(except, owners);",
    to: "const spared = null;",
    testIn: OWNER_FLOW_TEST,
    test: "a visitor sees their sessions on all devices and ends the others",
  },
];
