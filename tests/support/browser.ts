import type { Session, Sessions, SessionView } from "../../src/session/mod.ts";
import { CookieJar } from "./cookie_jar.ts";
import type { Values } from "./sessions.ts";

/** Answers a request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** How a browser differs from the usual one. */
export interface BrowserOptions {
  /** Where paths begin. Default: the target's own URL, or `http://127.0.0.1:8000`. */
  readonly origin?: string;
  /** The cookies. Default: none yet. */
  readonly jar?: CookieJar;
  /** Headers of every request. */
  readonly headers?: HeadersInit;
}

/** What a browser shows: where it ended up, with what. */
export interface Page {
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

/** A visitor's browser: it keeps cookies and follows redirects, inside this process or over HTTP. */
export class Browser {
  readonly jar: CookieJar;
  /** The last response's first `Set-Cookie` line, or null. */
  line: string | null = null;
  readonly #handler: Handler;
  readonly #origin: string;
  readonly #headers: HeadersInit;

  /** @param target What answers: a function, or a server at a URL. */
  constructor(target: Handler | string, options: BrowserOptions = {}) {
    const isUrl = typeof target === "string";
    this.#handler = isUrl ? (request) => fetch(request) : target;
    this.#origin = options.origin ?? (isUrl ? target : "http://127.0.0.1:8000");
    this.#headers = options.headers ?? {};
    this.jar = options.jar ?? new CookieJar();
  }

  /** Makes a request with the browser's headers and cookies, unless it brings its own. */
  request(path: string, init: RequestInit = {}): Request {
    const url = new URL(path, this.#origin);
    const headers = new Headers(this.#headers);
    const cookie = this.jar.header(url.href);
    if (cookie !== null) headers.set("cookie", cookie);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    return new Request(url, { redirect: "manual", ...init, headers });
  }

  /** Sends one request, and keeps the cookies of the response; follows nothing. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const request = this.request(path, init);
    return this.keep(await this.#handler(request), request.url);
  }

  /** Keeps the cookies of a response; returns it. */
  keep(response: Response, url: string = this.#origin): Response {
    this.line = response.headers.getSetCookie()[0] ?? null;
    this.jar.store(url, response);
    return response;
  }

  /** The value of the cookie of a name, or of the only cookie; empty: there is none. */
  cookie(name?: string): string {
    return this.jar.cookies.find((cookie) => (name ?? cookie.name) === cookie.name)?.value ?? "";
  }

  /** Opens a page. */
  async get(path: string, headers: HeadersInit = {}, method = "GET"): Promise<Page> {
    return await this.#visit(path, { method, headers });
  }

  /** Sends a form as it is, and follows the redirect. */
  async post(
    path: string,
    fields: Record<string, string> | FormData,
    headers: HeadersInit = {},
  ): Promise<Page> {
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    return await this.#visit(path, { method: "POST", body, headers });
  }

  /** Opens the page that holds a form, and sends the form with the page's CSRF token. */
  async submit(from: string, action: string, fields: Record<string, string>): Promise<Page> {
    return await this.post(action, { ...fields, csrf_token: tokenIn(await this.get(from)) });
  }

  /**
   * Presses a button of a form that a page shows, and sends what browsers send then: the hidden
   * fields and the button's own, whose text a page and a form both change (HTML, 13.2.3.5 and
   * 4.10.21.4).
   */
  async press({ text }: Page, label: string | RegExp): Promise<Page> {
    for (const [form, attributes = ""] of text.matchAll(/<form([^>]*)>.*?<\/form>/gs)) {
      for (const [, button = ""] of form.matchAll(/<button((?: [\w-]+="[^"]*")*)>/g)) {
        const found = attribute(button, "aria-label") ?? "";
        if (typeof label === "string" ? found !== label : !label.test(found)) continue;
        const fields = [...form.matchAll(/<input type="hidden"([^>]*)>/g), ["", button]]
          .map(([, field = ""]) => [attribute(field, "name"), attribute(field, "value")] as const)
          .flatMap(([name, value]) => name === null ? [] : [[name, asSent(value ?? "")]]);
        const action = attribute(button, "formaction") ?? attribute(attributes, "action") ?? "";
        return await this.post(action, Object.fromEntries(fields));
      }
    }
    throw new Error(`Cannot press ${label}: the page has no such button`);
  }

  async #visit(path: string, init: RequestInit): Promise<Page> {
    const response = await this.fetch(path, init);
    const location = response.headers.get("location");
    if (response.status === 303 && location !== null) {
      await response.body?.cancel();
      return await this.#visit(location, {});
    }
    const { status, headers } = response;
    return { url: new URL(path, this.#origin).href, status, headers, text: await response.text() };
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
