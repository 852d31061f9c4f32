import type { Mutant } from "./run_mutants.ts";

const LOST_FORM_FLOW_TEST = "tests/flows/lost_form_flow_test.ts";
const HANDLER_FORM_TEST = "tests/web/handler_form_test.ts";
const HANDLER_TEST = "tests/web/handler_test.ts";
const REFUSED_FORM_TEST = "tests/web/refused_form_test.ts";

/** Mistakes in the handler, and in refusing requests. */
export const HANDLER: readonly Mutant[] = [
  {
    claims: ["Cross-site requests", "3.5.1"],
    mistake: "the origin is not looked at",
    file: "src/web/handler.ts",
    from: "if (!isTrustedOrigin(request)) throw",
    to: "if (!isTrustedOrigin) throw",
    testIn: HANDLER_TEST,
    test: "createHandler() refuses what another site sends, before anything else",
  },
  {
    claims: ["Cross-site requests"],
    mistake: "the token is not asked for",
    file: "src/web/handler.ts",
    from: "isSafe || !(route.csrf ?? csrf);",
    to: "true;",
    testIn: HANDLER_FORM_TEST,
    test: "createHandler() asks for the session's token where the application wants that",
  },
  {
    claims: ["Cross-site requests"],
    mistake: "the application's csrf option is not looked at",
    file: "src/web/handler.ts",
    from: "(route.csrf ?? csrf)",
    to: "(route.csrf ?? false)",
    testIn: HANDLER_FORM_TEST,
    test: "createHandler() asks for the session's token where the application wants that",
  },
  {
    claims: ["Cross-site requests"],
    mistake: "the route's csrf option is not looked at",
    file: "src/web/handler.ts",
    from: "(route.csrf ?? csrf)",
    to: "csrf",
    testIn: HANDLER_FORM_TEST,
    test: "createHandler() with csrf: false and a route with true answers 403",
  },
  {
    claims: ["Cross-site requests"],
    mistake: "what another site sent becomes a page of this one, with a token",
    file: "src/web/refusal.ts",
    from: "isSameOrigin(request, options);",
    to: "true;",
    testIn: REFUSED_FORM_TEST,
    test: "createHandler() gives nothing back without proof of the origin: {}",
  },
  {
    claims: ["Races"],
    mistake: "a form whose changes were dropped is answered as done",
    file: "src/web/handler.ts",
    from: 'giveBack("lost", { request, form }, null)',
    to: 'new Response("ok")',
    testIn: LOST_FORM_FLOW_TEST,
    test: "a visitor who signs in while a form is under way gets it back to send it again",
  },
  {
    claims: ["3.5.3"],
    mistake: "a method that is refused loads the session",
    file: "src/web/handler.ts",
    from: "if (match.status !== 200) throw unmatched(match);",
    to:
      "if (match.status !== 200) {\n      sessions.load(request);\n      throw unmatched(match);\n    }",
    testIn: HANDLER_TEST,
    test: "createHandler() answers 405 to a known path with another method, and touches no session",
  },
  {
    claims: ["3.5.7"],
    mistake: "session: false is not looked at",
    file: "src/web/handler.ts",
    from: "if (route.session === false) {",
    to: "if (route.session === null) {",
    testIn: HANDLER_TEST,
    test: "createHandler() touches no session on a route that has none",
  },
  {
    claims: ["3.5.7"],
    mistake: "a view without a session gets one",
    file: "src/web/handler.ts",
    from: 'throw new TypeError("Cannot use the session: the route says that it has none");',
    to: "return undefined as never;",
    testIn: HANDLER_TEST,
    test: "createHandler() fails a view that uses the session of a route without one",
  },
  {
    claims: ["3.5.8"],
    mistake: "errors go without security headers",
    file: "src/web/handler.ts",
    from: "return withSecurityHeaders(request",
    to: "return response.status >= 400 ? response : withSecurityHeaders(request",
    testIn: HANDLER_TEST,
    test: "createHandler() puts security headers on every response",
  },
  {
    claims: ["A store that is down"],
    mistake: "a store that fails is a fault of the program",
    file: "src/web/handler.ts",
    from: "if (error instanceof SessionStoreError) {",
    to: "if (error === null) {",
    testIn: HANDLER_TEST,
    test:
      "createHandler() answers 503 when the store is down, not with a new session: load at once",
  },
  {
    claims: ["A store that is down", "Logs"],
    mistake: "the visitor reads what the database said",
    file: "src/web/handler.ts",
    from: 'const message = "Sessions cannot be reached at the moment: try again in a few seconds";',
    to: "const { message } = error;",
    testIn: HANDLER_TEST,
    test:
      "createHandler() answers 503 when the store is down, not with a new session: load at once",
  },
  {
    claims: ["Logs"],
    mistake: "the visitor reads what went wrong in the program",
    file: "src/web/handler.ts",
    from: '"Something went wrong on our side"',
    to: "String(error)",
    testIn: HANDLER_TEST,
    test: "createHandler() commits nothing of a view that throws an Error",
  },
];
