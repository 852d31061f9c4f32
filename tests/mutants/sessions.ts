import type { Mutant } from "./run_mutants.ts";

const WITHHELD_COOKIES_TEST = "tests/proof/withheld_cookies_test.ts";
const CONTENTION_TEST = "tests/session/contention_test.ts";
const NESTED_TEST = "tests/session/nested_test.ts";
const PROXY_TEST = "tests/session/proxy_test.ts";
const RERUN_TEST = "tests/session/rerun_test.ts";
const SESSIONS_TEST = "tests/session/sessions_test.ts";
const MEMORY_STORE_TEST = "tests/stores/memory_store_test.ts";
const HANDLER_TEST = "tests/web/handler_test.ts";

/** Mistakes in loading sessions, and in trying again. */
export const SESSIONS: readonly Mutant[] = [
  {
    claims: ["3.3.1"],
    mistake: "proxies are trusted by default",
    file: "src/session/sessions.ts",
    from: "trustProxy = false",
    to: "trustProxy = true",
    testIn: PROXY_TEST,
    test:
      "Sessions with trustProxy: undefined take http://shop.example/ with X-Forwarded-Proto https for https: false",
  },
  {
    claims: ["9.2.1"],
    mistake: "a session that is refused is used",
    file: "src/session/load.ts",
    from: "if (refusal === null) loaded = result;",
    to: "loaded = result;",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session just unsealed as expired after 60 seconds, not before",
  },
  {
    claims: ["3.3.1"],
    mistake: "cookie.secure is not looked at",
    file: "src/session/sessions.ts",
    from: "cookie.secure ?? false",
    to: "false",
    testIn: PROXY_TEST,
    test:
      "Sessions with trustProxy: undefined take http://shop.example/ with X-Forwarded-Proto https for https: false",
  },
  {
    claims: ["Cross-site requests"],
    mistake: "it is not looked at whether the cookie was withheld",
    file: "src/session/load.ts",
    from: "value === null && cookie.isWithheld(request)",
    to: "false",
    testIn: WITHHELD_COOKIES_TEST,
    test: "createHandler() writes nothing for a link from another site under Strict (cookie store)",
  },
  {
    claims: ["Replay after logout", "Races"],
    mistake: "a session that is gone is written again",
    file: "src/session/sessions.ts",
    from: 'state.fate = "lost"',
    to: 'state.fate = "open"',
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore refuses a form whose session ended meanwhile, and stores nothing",
  },
  {
    claims: ["Races"],
    mistake: "the changes of the slower request are dropped",
    file: "src/session/sessions.ts",
    from: "state.changes = last.changes;",
    to: "",
    testIn: SESSIONS_TEST,
    test: "Sessions.handle() applies an unsafe request's changes to what another request stored",
  },
  {
    claims: ["Races"],
    mistake: "the slower request overwrites the faster one",
    file: "src/session/sessions.ts",
    from: "last.changes.reduce((record, { apply }) => apply(record), state.record)",
    to: "last.record",
    testIn: SESSIONS_TEST,
    test: "Sessions.handle() applies an unsafe request's changes to what another request stored",
  },
  {
    claims: ["Races"],
    mistake: "a form is handled twice after a conflict",
    file: "src/session/save.ts",
    from: "return isSafe(state.request) && state.options.rerun",
    to: "return state.options.rerun",
    testIn: SESSIONS_TEST,
    test: "Sessions.handle() applies an unsafe request's changes to what another request stored",
  },
  {
    claims: ["Races"],
    mistake: "a retry goes on for ever",
    file: "src/session/contention.ts",
    from: "MAX_ATTEMPTS = 64",
    to: "MAX_ATTEMPTS = Infinity",
    testIn: CONTENTION_TEST,
    test: "inTurn() gives up after 64 attempts",
  },
  {
    claims: ["Races"],
    mistake: "a page runs again after every conflict",
    file: "src/session/sessions.ts",
    from: "reruns++ < MAX_RERUNS",
    to: "reruns++ < Infinity",
    testIn: RERUN_TEST,
    test: "Sessions.handle() runs a GET again three times, and then applies its changes again",
  },
  {
    claims: ["Races"],
    mistake: "a view that stored something by itself runs again",
    file: "src/session/save.ts",
    from: "(Reflect.get(state.request, STORED) ?? 0) < state.began &&",
    to: "",
    testIn: NESTED_TEST,
    test:
      "a GET whose view has load() and commit() of its own runs once, and both are stored (versioned store)",
  },
  {
    claims: ["Races"],
    mistake: "a page that regenerated its session runs again",
    file: "src/session/save.ts",
    from: "return FINAL.some((kind) => didChange(state, kind));",
    to: "return false;",
    testIn: RERUN_TEST,
    test: "Sessions.handle() never runs a GET again once it has regenerated",
  },
  {
    claims: ["Races"],
    mistake: "the option rerun is not looked at",
    file: "src/session/save.ts",
    from: "state.options.rerun !== false &&",
    to: "",
    testIn: RERUN_TEST,
    test: "Sessions.handle() runs a GET once with rerun: false, and applies its changes again",
  },
  {
    claims: ["Races"],
    mistake: "requests that collide never part",
    file: "src/session/contention.ts",
    from: "queues.set(key, promise);",
    to: "",
    testIn: CONTENTION_TEST,
    test: "inTurn() lets the attempts of one session follow each other, in order",
  },
  {
    claims: ["Logs"],
    mistake: "the value of a rejected cookie is logged",
    file: "src/session/load.ts",
    from: "context.onReject?.(refusal);",
    to: "context.onReject?.(`${refusal}: ${value}` as RejectReason);",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session just unsealed as expired after 60 seconds, not before",
  },
  {
    claims: ["A store that is down"],
    mistake: "a load that fails is an unknown id",
    file: "src/session/load.ts",
    from: "after(from.context.store.load(one[1], one[0]), (result)",
    to:
      'after(Promise.resolve(from.context.store.load(one[1], one[0])).catch(() => ({ record: null, reason: "unknown id" })), (result)',
    testIn: HANDLER_TEST,
    test: "createHandler() answers 503 when a database fails, and goes on when it is back",
  },
  {
    claims: ["Races"],
    mistake: "changes are dropped without a word",
    file: "src/session/save.ts",
    from: "|| !isLoss) return answer",
    to: "|| true) return answer",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore refuses a form whose session ended meanwhile, and stores nothing",
  },
  {
    claims: ["Fixation"],
    mistake: "a straggler of a retired id is taken for a new visitor",
    file: "src/session/load.ts",
    from: 'fate: isStraggler ? "retired" :',
    to: "fate:",
    testIn: MEMORY_STORE_TEST,
    test: "MemoryStore keeps a script's request with a retired id blank, and sets no cookie",
  },
];
