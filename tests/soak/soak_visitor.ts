import { Browser, countIn, type Page, tokenIn } from "../support/browser.ts";
import type { SoakedServer } from "./soaked_server.ts";
import type { Tally } from "./tally.ts";

const ADDED = "Your item was added.";
const MAX_ITEMS = 5;
const OVERSIZED = new TextEncoder().encode(`item=${"x".repeat(1_100_000)}`);

/**
 * A visitor who knows what the site has to remember: the count, the cart, the message. Where the
 * server keeps the session, an answer that never arrived leaves a doubt: it counted, or not, or will
 * yet. Where the cookie keeps it, there is none: without the answer nothing has happened.
 */
export class SoakVisitor {
  readonly #server: SoakedServer;
  readonly #tally: Tally;
  readonly #browser: Browser;
  #token = "";
  /** The count that was shown last, and how many requests may have counted beside. */
  #count = 0;
  #doubts = 0;
  /** What has to be in the cart; null while that is in doubt. */
  #cart: string[] | null = [];
  #added = 0;

  constructor(server: SoakedServer, tally: Tally) {
    this.#server = server;
    this.#browser = new Browser(server.origin); // which outlives the server
    this.#tally = tally;
  }

  /** Does one thing after the other until told to stop. */
  async live(hasEnded: () => boolean): Promise<void> {
    while (!hasEnded()) {
      const dice = Math.random();
      if (dice < 0.45) await this.#visit();
      else if (dice < 0.65) await this.#buy();
      else if (dice < 0.75) await this.#look();
      else if (dice < 0.85) await this.#tamper();
      else if (dice < 0.89) await this.#forge();
      else if (dice < 0.92) await this.#overfill();
      else if (dice < 0.95) await this.#hangUp();
      else if (dice < 0.97) await this.#ask("health", "/healthz", 200);
      else await this.#ask("nowhere", "/nowhere", 404);
    }
  }

  async #visit(): Promise<void> {
    const answer = await this.#ask("count", Math.random() < 0.5 ? "/" : "/howdy", 200);
    if (answer === null) return this.#doubt();
    const shown = countIn(answer);
    const beside = shown - this.#count - 1;
    if (beside < 0 || beside > this.#doubts) {
      this.#tally.loss(`counted ${shown} after ${this.#count}, with ${this.#doubts} doubts`);
    }
    this.#count = shown;
    this.#doubts -= Math.max(0, beside);
  }

  async #buy(): Promise<void> {
    if (this.#token === "") await this.#look();
    if (this.#cart !== null && this.#cart.length >= MAX_ITEMS) return await this.#clear();
    const item = `item ${this.#added++}`;
    const posted = await this.#post("buy", "/cart", { item, csrf_token: this.#token }, 303);
    if (posted === null) this.#cart = null;
    this.#cart?.push(item);
    const page = await this.#look();
    // A page that the visitor did not wait for may have shown it.
    if (posted !== null && page !== null && this.#doubts === 0 && !page.text.includes(ADDED)) {
      this.#tally.loss("a message was not shown");
    }
  }

  async #clear(): Promise<void> {
    const posted = await this.#post("clear", "/cart/clear", { csrf_token: this.#token }, 303);
    this.#cart = posted === null ? null : [];
  }

  async #look(): Promise<Page | null> {
    const page = await this.#ask("cart", "/cart", 200);
    if (page === null) return null;
    this.#token = tokenIn(page);
    const shown = Array.from(
      page.text.matchAll(/<span>(item \d+)<\/span>/g),
      ([, item = ""]) => item,
    );
    if (this.#cart !== null && shown.join() !== this.#cart.join()) {
      this.#tally.loss(`the cart holds ${shown.join()} instead of ${this.#cart.join()}`);
    }
    this.#cart = shown;
    return page;
  }

  /** A cookie that was changed is a stranger's: the count begins, and the own session is as it was. */
  async #tamper(): Promise<void> {
    const at = 20 + Math.floor(Math.random() * 60);
    const noise = crypto.randomUUID().replaceAll("-", "");
    const value = this.#browser.cookie();
    const tampered = value.slice(0, at) + noise + value.slice(at + noise.length);
    const answer = await this.#ask("tampered", "/", 200, {}, this.#stranger(tampered));
    if (answer !== null && countIn(answer) !== 1) {
      this.#tally.loss(`a tampered cookie counted ${countIn(answer)}`);
    }
  }

  async #forge(): Promise<void> {
    await this.#post("forged", "/cart", { item: "forged", csrf_token: "x".repeat(86) }, 403);
    const headers = { "sec-fetch-site": "cross-site" };
    const fields = { item: "forged", csrf_token: this.#token };
    await this.#post("cross-site", "/cart", fields, 403, headers);
  }

  /** A form over the limit, which the server refuses before it has arrived. */
  async #overfill(): Promise<void> {
    // Without a session a form is refused for its token, before its size matters.
    if (this.#token === "") await this.#look();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await this.#ask("oversized", "/cart", 413, { method: "POST", body: OVERSIZED, headers });
  }

  /** Goes away before the answer comes: whether it counted, nobody told. */
  async #hangUp(): Promise<void> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), Math.random() * 5);
    try {
      // Whether the answer came in time is not to be known, so its cookie is not kept.
      const browser = this.#stranger(this.#browser.cookie());
      const response = await browser.fetch("/", { signal: stop.signal });
      await response.text();
    } catch {
      // That was the intention.
    }
    clearTimeout(timer);
    this.#doubt();
    this.#tally.answer("hung up", 0);
  }

  /** A browser with a cookie of its own. */
  #stranger(value: string): Browser {
    return new Browser(this.#server.origin, { headers: { cookie: `session=${value}` } });
  }

  #doubt(): void {
    if (this.#server.keepsSessions) this.#doubts++;
  }

  async #post(
    what: string,
    path: string,
    fields: Record<string, string>,
    status: number,
    headers: Record<string, string> = {},
  ): Promise<Page | null> {
    const init = { method: "POST", body: new URLSearchParams(fields), headers };
    return await this.#ask(what, path, status, init);
  }

  /** Makes a request; null if no answer came, or another one than it should be. */
  async #ask(
    what: string,
    path: string,
    expected: number,
    init: RequestInit = {},
    browser = this.#browser,
  ): Promise<Page | null> {
    const { lives, isUp } = this.#server;
    const wasUp = () => isUp && this.#server.isUp && this.#server.lives === lives;
    try {
      const response = await browser.fetch(path, init);
      const { status, headers, url } = response;
      const page = { url, status, headers, text: await response.text() };
      this.#tally.answer(what, status);
      if (status === expected) return page;
      this.#tally.error(`${what}: ${status} instead of ${expected}`, wasUp());
      return null;
    } catch (error) {
      // A server that refuses a body may close the connection while the client still sends it.
      if (what === "oversized" && wasUp()) this.#tally.answer("oversized, cut off", 0);
      else this.#tally.error(`${what}: no answer (${nameOf(error)})`, wasUp());
      if (!this.#server.isUp) await new Promise((resolve) => setTimeout(resolve, 20));
      return null;
    }
  }
}

function nameOf(error: unknown): string {
  const text = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
  return /refused|reset|closed|broken pipe|aborted|timed out/i.exec(text)?.[0] ?? text;
}
