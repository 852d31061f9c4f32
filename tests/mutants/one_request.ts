import type { Mutant } from "./run_mutants.ts";

const NESTED_TEST = "tests/session/nested_test.ts";
const RERUN_TEST = "tests/session/rerun_test.ts";
const SEVERAL_COOKIES_TEST = "tests/session/several_cookies_test.ts";
const FORMERLY_TEST = "tests/session/formerly_test.ts";
const PROXY_TEST = "tests/session/proxy_test.ts";
const COOKIE_TEST = "tests/session/cookie_test.ts";
const ORIGIN_TEST = "tests/web/origin_test.ts";
const TRUSTED_ORIGINS_TEST = "tests/web/trusted_origins_test.ts";
const BEYOND_REQUEST_TEST = "tests/session/beyond_request_test.ts";

/** Mistakes with what one request brings, and with how often it runs. */
export const ONE_REQUEST: readonly Mutant[] = [
  {
    claims: ["Races"],
    mistake: "a safe request runs again as long as others are faster",
    file: "src/session/sessions.ts",
    from: "reruns++ < MAX_RERUNS",
    to: "reruns++ < 64",
    testIn: RERUN_TEST,
    test: "Sessions.handle() gives up in the end when others are always faster, after four runs",
  },
  {
    claims: ["Races", "Fixation"],
    mistake: "a request that regenerated runs again",
    file: "src/session/save.ts",
    from: 'const FINAL = ["regenerate", ',
    to: "const FINAL = [",
    testIn: RERUN_TEST,
    test: "Sessions.handle() never runs a GET again once it has regenerated",
  },
  {
    claims: ["Races"],
    mistake: "a middleware that is mounted twice handles a request twice",
    file: "src/session/sessions.ts",
    from: "this.#handled.add(request);",
    to: "",
    testIn: NESTED_TEST,
    test: "Sessions.handle() refuses to handle a GET that it is handling (memory store)",
  },
  {
    claims: ["Races"],
    mistake: "a request that failed can never be handled again",
    file: "src/session/sessions.ts",
    from: "response.then(done, done)",
    to: "response.then(done, () => {})",
    testIn: NESTED_TEST,
    test:
      "Sessions.handle() handles a request again that it has answered, or that failed (memory store)",
  },
  {
    claims: ["Races"],
    mistake: "changes meant for a session that ended are made to the visitor's other one",
    file: "src/session/sessions.ts",
    from: "value === null ? [] : [[name, value]]",
    to: "first.sent",
    testIn: SEVERAL_COOKIES_TEST,
    test:
      "Sessions.handle() never does to another session what was meant for one that ended meanwhile",
  },
  {
    claims: ["Fixation"],
    mistake: "the first of several cookies is taken, however stale",
    file: "src/session/load.ts",
    from: "findState(from, schema, tried, at + 1, best)",
    to: "best",
    testIn: SEVERAL_COOKIES_TEST,
    test: "Sessions.handle() lets a visitor sign in behind a stale cookie (memory store)",
  },
  {
    claims: ["Size"],
    mistake: "as many cookies are tried as a header holds",
    file: "src/session/cookie.ts",
    from: "const MAX_SENT = 4;",
    to: "const MAX_SENT = 400;",
    testIn: SEVERAL_COOKIES_TEST,
    test: "Sessions.load() asks a server store for as few cookies as it can",
  },
  {
    claims: ["Replay after logout", "7.4.1"],
    mistake: "a sign-out ends the first of several sessions alone",
    file: "src/session/save.ts",
    from: "await context.store.destroy(its, other);",
    to: "continue;",
    testIn: SEVERAL_COOKIES_TEST,
    test: "Session.destroy() ends the sessions of all cookies that came (memory store)",
  },
  {
    claims: ["Replay after logout", "7.4.1"],
    mistake: "a sign-out brings up the cookie of another path",
    file: "src/session/save.ts",
    from: ' && !isOneOfMany(state)) return "remove";',
    to: ') return "remove";',
    testIn: SEVERAL_COOKIES_TEST,
    test: "Session.destroy() ends the sessions of all cookies that came (cookie store)",
  },
  {
    claims: ["Fixation", "7.2.4"],
    mistake: "a session that signs in stays under its former name",
    file: "src/session/save.ts",
    from: "isMoved && !isFinal(state) ? []",
    to: "isMoved ? []",
    testIn: FORMERLY_TEST,
    test: "Session.regenerate() ends the session under its former name immediately (memory store)",
  },
  {
    claims: ["Replay after logout"],
    mistake: "a session that moved lives on under its former name",
    file: "src/session/save.ts",
    from: "for (const [name, value] of former) await store.destroy(value, name);",
    to: "",
    testIn: FORMERLY_TEST,
    test:
      "SessionCookieOptions.formerly ends what was left under the former name of another name cookie (memory store)",
  },
  {
    claims: ["Cookie tossing", "Fixation"],
    mistake: "a cookie without a prefix is read over https though nobody asked for that",
    file: "src/session/cookie.ts",
    from: "for (const name of [this.name, ...formerly])",
    to: "for (const name of [this.name, options.name ?? 'session', ...formerly])",
    testIn: COOKIE_TEST,
    test: "Sessions keep http and https apart, each with its own cookie",
  },
  {
    claims: ["3.3.1"],
    mistake: "Forwarded is believed without a trusted proxy",
    file: "src/session/cookie.ts",
    from: 'trustProxy ? SCHEME.exec(`${forwarded(headers, "proto")}:`) : null',
    to: 'SCHEME.exec(`${forwarded(headers, "proto")}:`)',
    testIn: PROXY_TEST,
    test: "Sessions understand Forwarded: proto=https behind a trusted proxy, and only there",
  },
  {
    claims: ["3.3.1"],
    mistake: "a quoted text in Forwarded is read as a parameter",
    file: "src/session/cookie.ts",
    from: 'element.match(/(?:[^";]|"(?:\\\\.|[^"\\\\])*")+/g)',
    to: 'element.split(";")',
    testIn: PROXY_TEST,
    test:
      'Sessions understand Forwarded: for="a;proto=https;b" behind a trusted proxy, and only there',
  },
  {
    claims: ["Cross-site requests", "3.5.1"],
    mistake: "a promise counts as trust in an origin",
    file: "src/web/request_checks.ts",
    from: "one(origin) === true",
    to: "Boolean(one(origin))",
    testIn: TRUSTED_ORIGINS_TEST,
    test: "originGuard() asks functions which origins to trust, and takes only true for yes",
  },
  {
    claims: ["Cross-site requests", "3.5.1"],
    mistake: "a function can trust pages that hide their origin",
    file: "src/web/request_checks.ts",
    from: 'origin !== "null" && isTrusted(origin)',
    to: "isTrusted(origin)",
    testIn: TRUSTED_ORIGINS_TEST,
    test: "originGuard() never asks a function for pages that hide their origin",
  },
  {
    claims: ["Cross-site requests", "3.5.1"],
    mistake: "a proxy's port takes the place of the host's own",
    file: "src/web/request_checks.ts",
    from: "if (isOwn && isHost(`${host}:${port}`)) host += `:${port}`;",
    to: "if (isOwn) host = `${host.replace(/:\\d+$/, '')}:${port}`;",
    testIn: ORIGIN_TEST,
    test:
      'originGuard() takes a request with a trusted proxy\'s {"x-forwarded-port":"8080"} for one to http://h:8000',
  },
  {
    claims: ["3.3.1"],
    mistake: "a partitioned cookie is an ordinary one",
    file: "src/session/cookie.ts",
    from: '(partitioned ? "; Partitioned" : "")',
    to: '""',
    testIn: COOKIE_TEST,
    test: "SessionCookie writes and removes the cookie for each site around it",
  },
  {
    claims: ["Races"],
    mistake: "what background work stores is dropped in silence when its session has ended",
    file: "src/session/cookie.ts",
    from: 'isSafe({ method = "", headers }',
    to: 'isSafe({ method = "GET", headers }',
    testIn: BEYOND_REQUEST_TEST,
    test: "Sessions.save() fails for background work whose session ended meanwhile",
  },
  {
    claims: ["Logs", "Theft"],
    mistake: "the name of a session in logs is its cookie",
    file: "src/session/cookie_store.ts",
    from: "value.slice(...NONCE)",
    to: "value",
    testIn: BEYOND_REQUEST_TEST,
    test: "Session.handle names a session and opens nothing (cookie store)",
  },
];
