/**
 * Tests of an application with sessions: a browser that keeps cookies and sends forms, a signed-in
 * visitor in one line, and a clock. README.md in this folder shows how.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { TestBrowser } from "@satchel/satchel/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ count: number }>({ store });
 * const browser = new TestBrowser((request) =>
 *   sessions.handle(request, (session) => {
 *     session.update("count", (count = 0) => count + 1);
 *     return new Response(`${session.get("count")}`);
 *   })
 * );
 *
 * assertEquals((await browser.get("/")).text, "1");
 * assertEquals((await browser.get("/")).text, "2");
 * ```
 *
 * @module
 */

export { CookieJar, type SameSite, type StoredCookie } from "./cookie_jar.ts";
export type { TestRequestInit } from "./request_headers.ts";
export { TestBrowser, type TestBrowserOptions, type TestPage } from "./test_browser.ts";
export { TestClock } from "./test_clock.ts";
