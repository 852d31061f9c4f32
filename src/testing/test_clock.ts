/**
 * A clock that stands still until a test advances it: for the option `now` of `Sessions`, and of
 * the {@linkcode TestBrowser} whose cookies expire by it.
 *
 * @example A session that has ended
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { TestBrowser, TestClock } from "@satchel/satchel/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new TestClock();
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ count: number }>({ store, idleTimeout: 20 * 60, now: clock.now });
 * const browser = new TestBrowser((request) =>
 *   sessions.handle(request, (session) => {
 *     session.update("count", (count = 0) => count + 1);
 *     return new Response(`${session.get("count")}`);
 *   }), { now: clock.now });
 *
 * assertEquals((await browser.get("/")).text, "1");
 * clock.advance(19 * 60);
 * assertEquals((await browser.get("/")).text, "2");
 * clock.advance(21 * 60);
 * assertEquals((await browser.get("/")).text, "1");
 * ```
 */
export class TestClock {
  #ms: number;

  /**
   * Sets the clock.
   *
   * @param start Milliseconds since the Unix epoch. Default: the beginning of 2026, UTC.
   */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#ms = start;
  }

  /** Returns the time in milliseconds since the Unix epoch, as `Date.now` does. */
  readonly now = (): number => this.#ms;

  /** Advances the clock by a number of seconds; by a negative number, sets it back. */
  advance(seconds: number): void {
    this.#ms += seconds * 1000;
  }
}
