import type { Fleet } from "./fleet.ts";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The value of the session cookie that it set; "" if it took the cookie away; null: neither. */
  readonly cookie: string | null;
  readonly headers: Headers;
}

/** A visitor whose requests go to all servers of a fleet in turn. */
export class Client {
  /** The value of the session cookie; as a browser does, it keeps what the last answer set. */
  cookie = "";
  readonly #fleet: Fleet;
  #turn = 0;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Makes a request; follows no redirect. */
  async request(path: string, init: RequestInit = {}, cookie = this.cookie): Promise<Answer> {
    const response = await fetch(`${this.#fleet.origin(this.#turn++)}${path}`, {
      redirect: "manual",
      ...init,
      headers: cookie === "" ? {} : { cookie: `session=${cookie}` },
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const [set] = response.headers.getSetCookie();
    const value = set === undefined ? null : /^session=([^;]*)/.exec(set)?.[1] ?? null;
    if (value !== null) this.cookie = value;
    return { status: response.status, text, cookie: value, headers: response.headers };
  }

  /** Sends a form. */
  post(path: string, fields: Record<string, string>, cookie = this.cookie): Promise<Answer> {
    return this.request(path, { method: "POST", body: new URLSearchParams(fields) }, cookie);
  }

  /** Opens a page with forms; returns their token. */
  async token(): Promise<string> {
    return /name="csrf_token" value="([^"]+)"/.exec((await this.request("/cart")).text)?.[1] ?? "";
  }
}

/** The count that a page of the tutorial shows. */
export function countIn({ text }: Answer): number {
  return Number(/<p>Count: (\d+)<\/p>/.exec(text)?.[1]);
}

/** Does something a number of times at once; returns the results and the milliseconds it took. */
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
