import type { Mutant } from "./run_mutants.ts";

const MERGE_PROPERTY_TEST = "tests/proof/merge_property_test.ts";
const REGENERATE_TEST = "tests/session/regenerate_test.ts";
const SAVE_TEST = "tests/session/save_test.ts";
const SESSION_TEST = "tests/session/session_test.ts";
const SESSIONS_TEST = "tests/session/sessions_test.ts";

/** Mistakes in reading and changing sessions. */
export const CHANGES: readonly Mutant[] = [
  {
    claims: ["Cache leaks"],
    mistake: "a late first reading passes",
    file: "src/session/values.ts",
    from: "if (state.closed && !state.accessed) {",
    to: "if (state.closed && state.changes.length > 0) {",
    testIn: SESSION_TEST,
    test: "Session cannot be read for the first time once its response may be in a cache",
  },
  {
    claims: ["Cache leaks"],
    mistake: "values are read without a trace",
    file: "src/session/values.ts",
    from: "return readState(this.#state).record;",
    to: "return this.#state.record;",
    testIn: SESSION_TEST,
    test: "Session cannot be read for the first time once its response may be in a cache",
  },
  {
    claims: ["Cache leaks"],
    mistake: "the owner and the times are read without a trace",
    file: "src/session/session.ts",
    from: "return readState(stateOf(this)).record;",
    to: "return stateOf(this).record;",
    testIn: SESSION_TEST,
    test: "Session cannot be read for the first time once its response may be in a cache",
  },
  {
    claims: ["Cache leaks"],
    mistake: "asking whether a session is new leaves no trace",
    file: "src/session/session.ts",
    from: "return readState(stateOf(this)).loaded === null",
    to: "return stateOf(this).loaded === null",
    testIn: SESSION_TEST,
    test: "Session cannot be read for the first time once its response may be in a cache",
  },
  {
    claims: ["Races"],
    mistake: "an update is kept as the value that it gave first",
    file: "src/session/values.ts",
    from: "toJsonValue(update(value), key));",
    to: "((update as { kept?: JsonValue }).kept ??= toJsonValue(update(value), key)));",
    testIn: SESSIONS_TEST,
    test: "Sessions.handle() applies an unsafe request's changes to what another request stored",
  },
  {
    claims: ["Races"],
    mistake: "a late change is lost without a word",
    file: "src/session/values.ts",
    from: 'const why = state.closed\n    ? "its response is already committed"\n    : state',
    to: "if (state.closed) return;\n  const why = state",
    testIn: SESSION_TEST,
    test: "Session is closed to set once its response is committed",
  },
  {
    claims: ["Races"],
    mistake: "what was shown takes all messages with it",
    file: "src/session/session.ts",
    from: "flash: removeFlash(record.flash, taken as FlashMessage<JsonValue>[])",
    to: "flash: []",
    testIn: MERGE_PROPERTY_TEST,
    test: "two requests at once, merged, equal the one's operations and then the other's",
  },
  {
    claims: ["Fixation", "7.2.4"],
    mistake: "session.regenerate() does nothing",
    file: "src/session/session.ts",
    from:
      'this.#change("regenerate", undefined, (record) => ({ ...record, csrf: null, createdAt: now }));',
    to: "",
    testIn: SAVE_TEST,
    test: "commit() gives a session of a server store a new id and ends the old one",
  },
  {
    claims: ["Fixation", "Cross-site requests"],
    mistake: "a token from before the sign-in is good after it",
    file: "src/session/session.ts",
    from: "csrf: null, createdAt: now",
    to: "createdAt: now",
    testIn: REGENERATE_TEST,
    test: "regenerate() makes a new CSRF secret, and no older token is good, in the memory store",
  },
  {
    claims: ["7.2.4", "7.5.1", "7.5.3"],
    mistake: "a session does not tell when its visitor signed in",
    file: "src/session/session.ts",
    from: "csrf: null, createdAt: now",
    to: "csrf: null",
    testIn: REGENERATE_TEST,
    test: "regenerate() lets the absolute timeout count from now, in the memory store",
  },
  {
    claims: ["7.5.3"],
    mistake: "the beginning of a session is its last renewal",
    file: "src/session/session.ts",
    from: "this.#record.createdAt * 1000",
    to: "this.#record.renewedAt * 1000",
    testIn: SESSION_TEST,
    test: "Session.createdAt and renewedAt are the times of the last write, before this request",
  },
  {
    claims: ["Replay after logout"],
    mistake: "session.destroy() keeps the values",
    file: "src/session/session.ts",
    from: "() => blankRecord(state.now)",
    to: "(record) => record",
    testIn: SESSION_TEST,
    test: "Session.destroy() forgets everything; what follows belongs to a new session",
  },
];
