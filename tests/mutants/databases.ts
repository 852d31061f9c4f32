import type { Mutant } from "./run_mutants.ts";

const KV_STORE_TEST = "tests/stores/kv_store_test.ts";
const MEMORY_STORE_TEST = "tests/stores/memory_store_test.ts";
const REDIS_STORE_TEST = "tests/stores/redis_store_test.ts";
const TIMEOUT_TEST = "tests/stores/timeout_test.ts";
const HANDLER_TEST = "tests/web/handler_test.ts";

/** Mistakes in asking databases. */
export const DATABASES: readonly Mutant[] = [
  {
    claims: ["Races", "Replay after logout"],
    mistake: "the memory store writes over what is newer",
    file: "src/stores/memory.ts",
    from: "(this.#alive(key)?.version ?? null) === version",
    to: "version === null ? this.#alive(key) === null : true",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore writes nothing over what is newer",
  },
  {
    claims: ["Races", "7.2.4"],
    mistake: "a straggler writes the old id again",
    file: "src/stores/memory.ts",
    from: "(this.#alive(key)?.version ?? null) === version",
    to: "version === null || this.#alive(key) !== null",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore gives a session a new id, and the old one opens nothing",
  },
  {
    claims: ["Races"],
    mistake: "the KV store does not look at versions",
    file: "src/stores/kv.ts",
    from: "operation.check({ key, versionstamp: version as string | null });",
    to: "",
    testIn: KV_STORE_TEST,
    test: "KvStore in memory writes nothing over what is newer",
  },
  {
    claims: ["Fixation"],
    mistake: "the KV store leaves the old record where a tombstone should be",
    file: "src/stores/kv.ts",
    from: "version, value, lifetime } of entries) {",
    to: "version, value, lifetime } of entries.slice(0, 1)) {",
    testIn: KV_STORE_TEST,
    test: "KvStore in memory gives a session a new id, and the old one opens nothing",
  },
  {
    claims: ["7.3.1"],
    mistake: "the KV store keeps sessions for ever",
    file: "src/stores/kv.ts",
    from: "return lifetime === null ? {} :",
    to: "return lifetime !== null ? {} :",
    testIn: KV_STORE_TEST,
    test: "KvStore() lets the database forget what has had its time",
  },
  {
    claims: ["Races"],
    mistake: "the Redis store does not look at versions",
    file: "src/stores/redis.ts",
    from: "~= ARGV[3 * i - 2] then return 0 end",
    to: "== false then return 0 end",
    testIn: REDIS_STORE_TEST,
    test: "RedisStore writes nothing over what is newer",
  },
  {
    claims: ["7.3.1"],
    mistake: "the Redis store keeps sessions for ever",
    file: "src/stores/redis.ts",
    from: "redis.call('SET', key, value, 'PX', lifetime) end",
    to: "redis.call('SET', key, value) end",
    testIn: REDIS_STORE_TEST,
    test: "RedisStore() lets Redis forget what has had its time",
  },
  {
    claims: ["7.4.2", "7.4.3"],
    mistake: "the Redis store deletes nothing",
    file: "src/stores/redis.ts",
    from: "if value == '' then redis.call('DEL', key)",
    to: "if value == '' then return 1",
    testIn: REDIS_STORE_TEST,
    test: "RedisStore lists an owner's sessions and ends them",
  },
  {
    claims: ["A store that is down"],
    mistake: "a database that hangs is waited for",
    file: "src/stores/timeout.ts",
    from: "else waiting.fail(",
    to: "else if (now < 0) waiting.fail(",
    testIn: HANDLER_TEST,
    test: "createHandler() answers 503 when a database hangs, and goes on when it is back",
  },
  {
    claims: ["A store that is down"],
    mistake: "the first answer's time is all answers' time",
    file: "src/stores/timeout.ts",
    from: "if (next < Infinity) this.#timer = setTimeout(",
    to: "if (next < 0) this.#timer = setTimeout(",
    testIn: TIMEOUT_TEST,
    test: "ServerStore() gives each answer its time, and no more",
  },
  {
    claims: ["A store that is down"],
    mistake: "a failure of the database is a fault of the program",
    file: "src/stores/timeout.ts",
    from: "reject(new SessionStoreError(message, { cause }));",
    to: "reject(cause);",
    testIn: HANDLER_TEST,
    test: "createHandler() answers 503 when a database fails, and goes on when it is back",
  },
  {
    claims: ["A store that is down"],
    mistake: "the server waits for a locked file for ever",
    file: "src/stores/retry_locked.ts",
    from: "|| attempt === MAX_ATTEMPTS",
    to: "",
    testIn: KV_STORE_TEST,
    test: "KvStore() gives up on a file that stays locked",
  },
];
