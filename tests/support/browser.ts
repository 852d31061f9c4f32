import type { Session, Sessions, SessionView } from "@satchel/satchel";
import { TestBrowser, type TestPage as Page, type TestRequestInit } from "@satchel/satchel/testing";
import type { Values } from "./sessions.ts";

export type { Page };

/** A browser that also tells what only the library's own tests want to know. */
export class Browser extends TestBrowser {
  /** The last response's first `Set-Cookie` line, or null. */
  line: string | null = null;

  override async fetch(path: string, init?: TestRequestInit): Promise<Response> {
    return this.#note(await super.fetch(path, init));
  }

  /** Keeps the cookies of a response that came another way; returns it. */
  keep(response: Response): Response {
    this.jar.store(this.request("/").url, response);
    return this.#note(response);
  }

  /** The value of the cookie of a name, or of the only cookie; empty: there is none. */
  cookie(name?: string): string {
    return this.jar.cookies.find((cookie) => (name ?? cookie.name) === cookie.name)?.value ?? "";
  }

  /**
   * Presses a button of a form that a page shows, by its label for screen readers. The button's own
   * value is sent as the form's fields are.
   */
  async press(page: Page, label: string | RegExp): Promise<Page> {
    for (const [form, attributes = ""] of page.text.matchAll(/<form([^>]*)>.*?<\/form>/gs)) {
      for (const [, button = ""] of form.matchAll(/<button((?: [\w-]+="[^"]*")*)>/g)) {
        const found = attribute(button, "aria-label") ?? "";
        if (typeof label === "string" ? found !== label : !label.test(found)) continue;
        const action = attribute(button, "formaction") ?? attribute(attributes, "action") ?? "";
        const name = attribute(button, "name");
        const fields = name === null ? {} : { [name]: asSent(attribute(button, "value") ?? "") };
        return await this.submit(page, action, fields);
      }
    }
    throw new Error(`Cannot press ${label}: the page has no such button`);
  }

  #note(response: Response): Response {
    this.line = response.headers.getSetCookie()[0] ?? null;
    return response;
  }
}

/** What a visit is made of, besides the view. */
export interface VisitOptions {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
}

/** A visitor of sessions without pages around them: each visit brings its own view. */
export class Visitor<Data extends object = Values> {
  readonly browser: Browser;
  readonly #url: string;
  #view: SessionView<Data> = () => new Response();
  /** A `Cookie` header that no jar would make; null: the jar's. */
  #cookie: string | null = null;

  constructor(sessions: Sessions<Data>, url = "http://shop.example/") {
    this.#url = url;
    this.browser = new Browser((request) => sessions.handle(request, this.#view), { origin: url });
  }

  /** The `Cookie` header, or "". */
  get cookie(): string {
    return this.#cookie ?? this.browser.jar.header(this.#url) ?? "";
  }

  set cookie(header: string) {
    this.browser.jar.clear();
    this.#cookie = header;
  }

  /** The value of the cookie. */
  get value(): string {
    return this.cookie.slice(this.cookie.indexOf("=") + 1);
  }

  /** The last `Set-Cookie` line, or null where the last response had none. */
  get line(): string | null {
    return this.browser.line;
  }

  /** A request as the visitor's browser makes it. */
  request({ url = this.#url, ...init }: VisitOptions = {}): Request {
    const headers = new Headers(init.headers);
    if (this.#cookie !== null && !headers.has("cookie")) headers.set("cookie", this.#cookie);
    return this.browser.request(url, { ...init, headers });
  }

  /** Visits a page whose view does something with the session. */
  async visit(
    use: (session: Session<Data>) => Response | void | Promise<Response | void>,
    options: VisitOptions = {},
  ): Promise<Response> {
    this.#view = async (session) => await use(session) ?? new Response("ok");
    const { url, method, headers } = this.request(options);
    const response = await this.browser.fetch(url, { method, headers });
    if (this.line !== null) this.#cookie = null;
    return response;
  }

  /** Visits a page; returns what its view read. */
  async read<T>(use: (session: Session<Data>) => T, options: VisitOptions = {}): Promise<T> {
    const seen: T[] = [];
    await this.visit((session) => void seen.push(use(session)), options);
    return seen.at(-1) as T;
  }
}

/** An attribute as the parser of a browser reads it. */
function attribute(tag: string, name: string): string | null {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return value?.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd")
    .replace(/&(\w+);/g, (entity, name) => entities[name] ?? entity) ?? null;
}

/** A value as a form sends it. */
function asSent(value: string): string {
  return value.toWellFormed().replace(/\r\n?|\n/g, "\r\n");
}

/** The CSRF token of the first form of a page. */
export function tokenIn({ text }: Page): string {
  return /name="csrf_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
}

/** The number that a page of the tutorial shows. */
export function countIn({ text }: Page): number {
  return Number(/<p>Count: (\d+)<\/p>/.exec(text)?.[1]);
}

/** The messages that a page shows. */
export function messagesIn({ text }: Page): string[] {
  return [...text.matchAll(/<p role="(?:status|alert)">([^<]*)<\/p>/g)].map(([, text = ""]) =>
    text
  );
}
