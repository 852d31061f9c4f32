import type { Mutant } from "./run_mutants.ts";

const ERROR_PAGE_TEST = "tests/web/error_page_test.ts";
const HANDLER_TEST = "tests/web/handler_test.ts";
const RESPONSES_TEST = "tests/web/responses_test.ts";

/** Mistakes in answers and error pages. */
export const PAGES: readonly Mutant[] = [
  {
    claims: ["3.5.8"],
    mistake: "pages may be framed",
    file: "src/web/responses.ts",
    from: "; frame-ancestors 'none'",
    to: "",
    testIn: HANDLER_TEST,
    test: "createHandler() puts security headers on every response",
  },
  {
    claims: ["3.5.5", "3.5.7"],
    mistake: "pages may run scripts",
    file: "src/web/responses.ts",
    from: "default-src 'none'; style-src",
    to: "default-src 'none'; script-src 'self'; style-src",
    testIn: RESPONSES_TEST,
    test: "withSecurityHeaders() adds all of them, once",
  },
  {
    claims: ["3.5.6"],
    mistake: "browsers may guess that an answer is a script",
    file: "src/web/responses.ts",
    from: '  ["x-content-type-options", "nosniff"],\n',
    to: "",
    testIn: HANDLER_TEST,
    test: "createHandler() puts security headers on every response",
  },
  {
    claims: ["3.5.1"],
    mistake: "pages send no Origin: the referrer policy is no-referrer",
    file: "src/web/responses.ts",
    from: '["referrer-policy", "same-origin"]',
    to: '["referrer-policy", "no-referrer"]',
    testIn: RESPONSES_TEST,
    test: "withSecurityHeaders() adds all of them, once",
  },
  {
    claims: ["Cache leaks"],
    mistake: "errors may be stored",
    file: "src/web/error_page.ts",
    from: 'headers.set("cache-control", "no-store");',
    to: "",
    testIn: ERROR_PAGE_TEST,
    test: "errorPage() is not cached and varies by Accept, whatever the error says",
  },
  {
    claims: ["Cache leaks"],
    mistake: "errors keep the headers that networks heed",
    file: "src/web/error_page.ts",
    from: "dropTargetedCaching(headers);",
    to: "",
    testIn: ERROR_PAGE_TEST,
    test: "errorPage() is not cached and varies by Accept, whatever the error says",
  },
  {
    claims: ["Theft"],
    mistake: "the text of an error is markup",
    file: "src/web/error_page.ts",
    from: "<p>${escape(detail)}</p>",
    to: "<p>${detail}</p>",
    testIn: ERROR_PAGE_TEST,
    test: "errorPage() escapes the message",
  },
  {
    claims: ["Login CSRF"],
    mistake: "a redirect may have line ends in it",
    file: "src/web/responses.ts",
    from: "if (/\\p{Cc}/u.test(text)) {",
    to: "if (text === null) {",
    testIn: RESPONSES_TEST,
    test: "redirect() refuses control characters in \\t/",
  },
  {
    claims: ["Size"],
    mistake: "the whole of a long Accept is parsed",
    file: "src/web/error_page.ts",
    from: "if (accept.length <= MAX_ACCEPT) return",
    to: "if (accept !== null) return",
    testIn: ERROR_PAGE_TEST,
    test: "errorPage() reads the first 1024 characters of Accept, and no more",
  },
];
