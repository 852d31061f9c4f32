import type { Mutant } from "./run_mutants.ts";

const LIFETIMES_TEST = "tests/session/lifetimes_test.ts";
const LIMITS_TEST = "tests/session/limits_test.ts";
const SESSIONS_TEST = "tests/session/sessions_test.ts";

/** Mistakes in how long a session lives. */
export const LIMITS: readonly Mutant[] = [
  {
    claims: ["7.1.1"],
    mistake: "there is no idle timeout by default",
    file: "src/session/limits.ts",
    from: "idle: 1200,",
    to: "idle: Infinity,",
    testIn: LIMITS_TEST,
    test: "TimeLimits default to twenty minutes, seven days and a quarter",
  },
  {
    claims: ["7.1.1"],
    mistake: "a session lives for thirty days by default",
    file: "src/session/limits.ts",
    from: "absolute: 604_800,",
    to: "absolute: 2_592_000,",
    testIn: LIMITS_TEST,
    test: "TimeLimits default to twenty minutes, seven days and a quarter",
  },
  {
    claims: ["Clocks", "9.2.1"],
    mistake: "a session from the future is taken",
    file: "src/session/limits.ts",
    from: 'if (begin - now > MAX_CLOCK_SKEW) return "from the future";',
    to: "",
    testIn: SESSIONS_TEST,
    test:
      "Sessions reject a session just unsealed as from the future after -60 seconds, not before",
  },
  {
    claims: ["Clocks"],
    mistake: "an hour from the future is taken",
    file: "src/session/limits.ts",
    from: "MAX_CLOCK_SKEW = 60",
    to: "MAX_CLOCK_SKEW = 3600",
    testIn: SESSIONS_TEST,
    test:
      "Sessions reject a session just unsealed as from the future after -60 seconds, not before",
  },
  {
    claims: ["Clocks"],
    mistake: "a second from the future is refused",
    file: "src/session/limits.ts",
    from: "> MAX_CLOCK_SKEW)",
    to: "> 0)",
    testIn: SESSIONS_TEST,
    test:
      "Sessions reject a session just unsealed as from the future after -60 seconds, not before",
  },
  {
    claims: ["Theft", "7.3.1"],
    mistake: "the idle timeout is not looked at",
    file: "src/session/limits.ts",
    from: "Math.min(...this.endsOf(record)) ?",
    to: "this.endsOf(record)[1] ?",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session just unsealed as expired after 60 seconds, not before",
  },
  {
    claims: ["Theft", "7.3.2"],
    mistake: "the absolute timeout is not looked at",
    file: "src/session/limits.ts",
    from: "Math.min(...this.endsOf(record)) ?",
    to: "this.endsOf(record)[0] ?",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session past its absolute timeout, however busy it is",
  },
  {
    claims: ["7.3.1"],
    mistake: "a session expires a second too late",
    file: "src/session/limits.ts",
    from: "return now > Math.min(",
    to: "return now - 1 > Math.min(",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session just unsealed as expired after 60 seconds, not before",
  },
  {
    claims: ["Theft", "7.3.2", "7.6.1"],
    mistake: "the absolute timeout counts from the last renewal",
    file: "src/session/limits.ts",
    from: "record.createdAt + absolute",
    to: "record.renewedAt + absolute",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session past its absolute timeout, however busy it is",
  },
  {
    claims: ["7.3.1"],
    mistake: "the idle timeout counts from the beginning",
    file: "src/session/limits.ts",
    from: "record.renewedAt + idle",
    to: "record.createdAt + idle",
    testIn: LIMITS_TEST,
    test: "TimeLimits default to twenty minutes, seven days and a quarter",
  },
  {
    claims: ["7.1.1"],
    mistake: "the option absoluteTimeout is not looked at",
    file: "src/session/limits.ts",
    from: "absolute: absoluteTimeout, maxAge }",
    to: "absolute: undefined, maxAge }",
    testIn: SESSIONS_TEST,
    test: "Sessions reject a session past its absolute timeout, however busy it is",
  },
  {
    claims: ["7.1.1", "Theft"],
    mistake: "a session's own lifetimes are not looked at",
    file: "src/session/limits.ts",
    from: "limits === null ? this.#common",
    to: "limits !== undefined ? this.#common",
    testIn: LIFETIMES_TEST,
    test: "Session.remember() makes a session outlive the browser's window, in the cookie store",
  },
  {
    claims: ["7.1.1"],
    mistake: "limits that contradict each other are taken",
    file: "src/session/limits.ts",
    from: "value < most && ",
    to: "false && ",
    testIn: LIMITS_TEST,
    test: 'Sessions refuse limits of {"maxAge":3600,"idleTimeout":1200}',
  },
];
