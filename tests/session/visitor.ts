import {
  CookieStore,
  type JsonValue,
  type Session,
  type SessionOptions,
  Sessions,
  type SessionStore,
} from "../../src/session/mod.ts";

/** The secret of tests: made like a real one, and worth nothing. */
export const SECRET = "9mVw3Kq0XnT7cJ5uZbE1sLkY8aHgPd2MiQo4rWtC6Nf";

/** Values of any name, for tests that do not care. */
export type Values = Record<string, JsonValue>;

/** A clock that stands still until it is told. */
export class Clock {
  /** Milliseconds since the Unix epoch. */
  ms = Date.UTC(2026, 0, 1);

  /** The present, in whole seconds since the Unix epoch. */
  get seconds(): number {
    return this.ms / 1000;
  }

  /** Lets time pass, or runs back. */
  pass(seconds: number): void {
    this.ms += seconds * 1000;
  }

  /** The clock as an option. */
  readonly now = (): number => this.ms;
}

/** The sessions of an application that keeps them in the cookie. */
export function cookieSessions(
  options: Partial<SessionOptions> & { secrets?: readonly string[] } = {},
): Sessions<Values> {
  const { secrets = [SECRET], ...rest } = options;
  return new Sessions<Values>({ store: new CookieStore({ secrets }), ...rest });
}

/** Sessions of some store, for values of any name. */
export function sessionsIn(
  store: SessionStore,
  options: Partial<SessionOptions> = {},
): Sessions<Values> {
  return new Sessions<Values>({ store, ...options });
}

/** What a visit is made of, beside the view. */
export interface VisitOptions {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
}

/** A visitor who keeps the session cookie as it was last set, whatever its name. */
export class Visitor {
  readonly #sessions: Sessions<Values>;
  readonly #url: string;
  /** The cookie header, or "" while there is none. */
  cookie = "";
  /** The last `Set-Cookie` line, or null where the last response had none. */
  line: string | null = null;

  constructor(sessions: Sessions<Values>, url = "http://shop.example/") {
    this.#sessions = sessions;
    this.#url = url;
  }

  /** The value of the cookie. */
  get value(): string {
    return this.cookie.slice(this.cookie.indexOf("=") + 1);
  }

  /** A request as the visitor's browser makes it. */
  request({ method = "GET", url = this.#url, headers = {} }: VisitOptions = {}): Request {
    return new Request(url, { method, headers: { ...headers, cookie: this.cookie } });
  }

  /** Visits a page whose view does something with the session. */
  async visit(
    use: (session: Session<Values>) => Response | void | Promise<Response | void>,
    options: VisitOptions = {},
  ): Promise<Response> {
    const response = await this.#sessions.handle(
      this.request(options),
      async (session) => await use(session) ?? new Response("ok"),
    );
    this.keep(response);
    return response;
  }

  /** Visits a page and tells what its view read. */
  async read<T>(use: (session: Session<Values>) => T, options: VisitOptions = {}): Promise<T> {
    const seen: T[] = [];
    await this.visit((session) => void seen.push(use(session)), options);
    return seen.at(-1) as T;
  }

  /** Keeps what a response sets. */
  keep(response: Response): void {
    const [line] = response.headers.getSetCookie();
    this.line = line ?? null;
    if (line === undefined) return;
    this.cookie = /max-age=0(;|$)/i.test(line) ? "" : line.slice(0, line.indexOf(";"));
  }
}
