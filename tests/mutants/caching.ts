import type { Mutant } from "./run_mutants.ts";

const CONSTANT_ANSWERS_TEST = "tests/proof/constant_answers_test.ts";
const HEADERS_TEST = "tests/session/headers_test.ts";
const SESSIONS_TEST = "tests/session/sessions_test.ts";

/** Mistakes in what caches are told. */
export const CACHING: readonly Mutant[] = [
  {
    claims: ["Cache leaks"],
    mistake: "a page with rules of its own stays public",
    file: "src/session/headers.ts",
    from: 'return ["private", ...kept].join(", ");',
    to: 'return kept.join(", ") || "private";',
    testIn: HEADERS_TEST,
    test: "setPrivate() makes cache-control: public, max-age=60 private, max-age=60",
  },
  {
    claims: ["Cache leaks"],
    mistake: "headers that networks heed stay",
    file: "src/session/headers.ts",
    from: "  dropTargetedCaching(headers);\n  if (!/",
    to: "  if (!/",
    testIn: HEADERS_TEST,
    test: "setPrivate() removes CDN-Cache-Control, which shared caches would obey instead",
  },
  {
    claims: ["Cache leaks"],
    mistake: "one network's header alone is taken away",
    file: "src/session/headers.ts",
    from: "/-cache-control$|",
    to: "/^cdn-cache-control$|",
    testIn: HEADERS_TEST,
    test:
      "setPrivate() removes Cloudflare-CDN-Cache-Control, which shared caches would obey instead",
  },
  {
    claims: ["Cache leaks"],
    mistake: "the answer does not vary by cookie",
    file: "src/session/headers.ts",
    from: 'headers.append("vary", "Cookie");',
    to: "",
    testIn: HEADERS_TEST,
    test: "setPrivate() makes vary: null Cookie",
  },
  {
    claims: ["Cache leaks"],
    mistake: "private with field names counts as private",
    file: "src/session/headers.ts",
    from: "if (control.includes('\"')) return",
    to: "if (/private/i.test(control)) return control;\n  if (control.includes('\"')) return",
    testIn: HEADERS_TEST,
    test: "setPrivate() makes cache-control: private=x, s-maxage = 5, max-age=1 private, max-age=1",
  },
  {
    claims: ["Cache leaks"],
    mistake: "Vary: Cookie-Something counts as Cookie",
    file: "src/session/headers.ts",
    from: "(\\*|cookie)\\s*(,|$)/i",
    to: "(\\*|cookie)/i",
    testIn: HEADERS_TEST,
    test: "setPrivate() makes vary: Cookie-Consent Cookie-Consent, Cookie",
  },
  {
    claims: ["Cache leaks"],
    mistake: "the headers of a constant answer are changed in place",
    file: "src/session/headers.ts",
    from: "return !isWritten && response.body === null;",
    to: "return false;",
    testIn: CONSTANT_ANSWERS_TEST,
    test: "createHandler() changes nothing about redirect() kept as a constant (cookie store)",
  },
  {
    claims: ["7.4.1"],
    mistake: "the back button shows the page from the cache",
    file: "src/session/headers.ts",
    from: 'const PRIVATE = "private, no-cache";',
    to: 'const PRIVATE = "private";',
    testIn: SESSIONS_TEST,
    test: "Sessions.handle() gives no cookie to a request that only reads, but marks it private",
  },
];
