import { Browser, type Page, tokenIn } from "../../support/browser.ts";
import { CookieJar } from "@satchel/satchel/testing";
import type { Fleet } from "./fleet.ts";

/** What a server answered. */
export interface Answer extends Page {
  /** The value of the session cookie that it set; "" if it took the cookie away; null: neither. */
  readonly cookie: string | null;
}

/**
 * A visitor whose requests go to all servers of a fleet in turn, and follow no redirect. A page's
 * script makes them: a browser navigates once at a time.
 */
export class Client {
  readonly #fleet: Fleet;
  readonly #jar = new CookieJar();
  #turn = 0;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** The value of the session cookie. */
  get cookie(): string {
    return this.#browser().cookie("session");
  }

  set cookie(value: string) {
    this.#jar.storeLine(this.#fleet.origin(0), `session=${value}; Path=/`);
  }

  /** Makes a request, with the value of an older cookie if one is given. */
  async request(path: string, init: RequestInit = {}, cookie?: string): Promise<Answer> {
    const headers: HeadersInit = cookie === undefined ? {} : { cookie: `session=${cookie}` };
    const signal = AbortSignal.timeout(60_000);
    const response = await this.#browser().fetch(path, { dest: "empty", ...init, headers, signal });
    const text = await response.text();
    const [line = ""] = response.headers.getSetCookie();
    const value = /^session=([^;]*)/.exec(line)?.[1] ?? null;
    return { url: path, status: response.status, headers: response.headers, text, cookie: value };
  }

  /** Sends a form. */
  post(path: string, fields: Record<string, string>, cookie?: string): Promise<Answer> {
    return this.request(path, { method: "POST", body: new URLSearchParams(fields) }, cookie);
  }

  /** Opens a page with forms; returns their token. */
  async token(): Promise<string> {
    return tokenIn(await this.request("/cart"));
  }

  /** The browser at the next server. */
  #browser(): Browser {
    return new Browser(this.#fleet.origin(this.#turn++), { jar: this.#jar });
  }
}

/** Does something several times in parallel; returns the results and the milliseconds it took. */
export async function atOnce<T>(
  times: number,
  task: (index: number) => Promise<T>,
): Promise<{ results: T[]; took: number }> {
  const began = performance.now();
  const results = await Promise.all(Array.from({ length: times }, (_, index) => task(index)));
  return { results, took: Math.round(performance.now() - began) };
}

/** How often each status came, as in "503: 2, 200: 198". */
export function statuses(answers: readonly Answer[]): string {
  const counts = Map.groupBy(answers, ({ status }) => status);
  return [...counts].map(([status, { length }]) => `${status}: ${length}`).join(", ");
}
