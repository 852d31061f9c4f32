import type { Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import { CookieJar } from "./cookie_jar.ts";
import { hiddenFields } from "./hidden_fields.ts";
import { browserHeaders, type TestRequestInit } from "./request_headers.ts";

/** Redirects that browsers follow before they give up (Fetch, section 4.4). */
const MAX_REDIRECTS = 20;

/** Options of {@linkcode TestBrowser}. */
export interface TestBrowserOptions {
  /** Where paths begin. Default: the URL of the server, or `http://localhost`. */
  readonly origin?: string;
  /** The cookies, such as those of another browser. Default: none yet. */
  readonly jar?: CookieJar;
  /** Headers of every request, such as `user-agent`. Default: none. */
  readonly headers?: HeadersInit;
  /** Whether it sends `Sec-Fetch-*`, which browsers from before 2023 do not. Default: true. */
  readonly fetchMetadata?: boolean;
  /** The clock by which cookies expire, in milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
}

/** A page as the browser shows it, behind all redirects. */
export interface TestPage {
  /** The page's address. */
  readonly url: string;
  /** The status of the response. */
  readonly status: number;
  /** The headers of the response. */
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}

/**
 * A visitor's browser for tests: it asks an application's handler, or a server, and does with
 * cookies, redirects, forms and request headers (`Origin`, `Sec-Fetch-Site` and the like) as
 * browsers do. It runs no scripts.
 *
 * One browser is one visitor; two pages that it opened are two tabs, and an old page can be sent
 * again.
 *
 * @example
 * ```ts
 * import { TestBrowser } from "@satchel/satchel/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const headers = { "set-cookie": "seen=1; SameSite=Lax" };
 * const browser = new TestBrowser((request) =>
 *   new Response(request.headers.get("cookie"), { headers })
 * );
 *
 * assertEquals((await browser.get("/")).text, "");
 * assertEquals((await browser.get("/")).text, "seen=1");
 * const forged = await browser.post("/", { item: "Lead" }, { from: "https://evil.example" });
 * assertEquals(forged.text, "");
 * ```
 */
export class TestBrowser {
  /** The cookies. */
  readonly jar: CookieJar;
  readonly #handler: (request: Request) => Response | Promise<Response>;
  readonly #origin: string;
  readonly #headers: HeadersInit;
  readonly #fetchMetadata: boolean;

  /**
   * Opens the browser; no request is made yet.
   *
   * @param target The application: its handler, or the URL of its server.
   * @param options The address, the cookies, and everything else that has a default.
   */
  constructor(
    target: ((request: Request) => Response | Promise<Response>) | string,
    options: TestBrowserOptions = {},
  ) {
    const isUrl = typeof target === "string";
    this.#handler = isUrl ? (request) => fetch(request) : target;
    this.#origin = options.origin ?? (isUrl ? target : "http://localhost");
    this.#headers = options.headers ?? {};
    this.#fetchMetadata = options.fetchMetadata ?? true;
    this.jar = options.jar ?? new CookieJar(options.now);
  }

  /**
   * Makes a request as the browser would send it, with cookies, and does not send it:
   * `sessions.load(browser.request("/"))` looks into the visitor's session.
   *
   * @param path A path, or an absolute URL.
   * @param init As for `fetch`; its headers win over the browser's.
   */
  request(path: string, init: TestRequestInit = {}): Request {
    const url = new URL(path, this.#origin);
    const { headers: own, sent } = browserHeaders(url, init);
    const headers = new Headers(this.#headers);
    for (const [name, value] of Object.entries(own)) {
      if (this.#fetchMetadata || !name.startsWith("sec-fetch-")) headers.set(name, value);
    }
    const cookie = this.jar.header(url.href, sent);
    if (cookie !== null) headers.set("cookie", cookie);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const { from: _from, dest: _dest, prefetch: _prefetch, ...rest } = init;
    return new Request(url, { redirect: "manual", ...rest, headers });
  }

  /**
   * Sends one request and keeps the cookies of the response; a redirect is not followed.
   *
   * @param path A path, or an absolute URL.
   * @param init As for `fetch`; its headers win over the browser's.
   */
  async fetch(path: string, init: TestRequestInit = {}): Promise<Response> {
    const request = this.request(path, init);
    const { url } = request;
    const response = await this.#handler(request);
    this.jar.store(url, response, browserHeaders(new URL(url), init).accepted);
    return response;
  }

  /**
   * Opens a page, and follows redirects as long as they lead to the same origin.
   *
   * @throws {Error} If there are more than 20 redirects.
   */
  async get(path: string, init: TestRequestInit = {}): Promise<TestPage> {
    let url = new URL(path, this.#origin);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.fetch(url.href, init);
      const { status, headers } = response;
      const location = /^30[12378]$/.test(`${status}`) ? headers.get("location") : null;
      const next = location === null ? null : new URL(location, url);
      if (next?.origin !== url.origin) {
        return { url: url.href, status, headers, text: await response.text() };
      }
      await response.body?.cancel();
      // As Fetch, section 4.4, point 12 has it.
      const becomesGet = status === 303 ? init.method !== "HEAD" : init.method === "POST";
      if (status < 307 && becomesGet) {
        // No page asks for an address that was typed, nor for the one that it leads to.
        const from = (init.method ?? "GET") === "GET" ? init.from : init.from ?? url.href;
        init = { ...init, from, method: "GET", body: null };
      }
      url = next;
    }
    throw new Error(`Cannot open ${path}: it redirects more than ${MAX_REDIRECTS} times`);
  }

  /**
   * Sends fields as they are, as a page of this site would, and follows redirects.
   *
   * @param path Where they are sent.
   * @param fields The fields; `FormData` is sent as `multipart/form-data`.
   */
  async post(
    path: string,
    fields: Readonly<Record<string, string>> | URLSearchParams | FormData,
    init: TestRequestInit = {},
  ): Promise<TestPage> {
    const isBody = fields instanceof FormData || fields instanceof URLSearchParams;
    const body = isBody ? fields : new URLSearchParams(fields);
    return await this.get(path, { method: "POST", ...init, body });
  }

  /**
   * Fills in a form and sends it with its hidden fields, the CSRF token among them.
   *
   * @param page The page that shows the form: the path to open, or a page that is open already.
   * @param action Where the form, or one of its buttons, sends to.
   * @param fields The fields that the visitor fills in, and the name and value of the button.
   * @throws {Error} If the page has no form that posts there.
   */
  async submit(
    page: string | TestPage,
    action: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<TestPage> {
    const { url, status, text } = typeof page === "string" ? await this.get(page) : page;
    const { href } = new URL(action, url);
    const hidden = hiddenFields(text, url, href);
    if (hidden === null) {
      throw new Error(
        `Cannot send a form to ${action}: ${url} (${status}) has none that posts there`,
      );
    }
    const sent = [
      ...hidden.filter(([name]) => !Object.hasOwn(fields, name)),
      ...Object.entries(fields),
    ];
    // A form sends each end of a line as CR LF (HTML, section 4.10.21.4).
    const lines = sent.map(([name, value]) => [name, value.replace(/\r\n?|\n/g, "\r\n")]);
    return await this.post(href, new URLSearchParams(lines), { from: url });
  }

  /**
   * Signs the visitor in without a route: changes the session as the application's own sign-in does.
   *
   * @param sessions The application's sessions.
   * @param change Changes the session; it may be called again, as a view may.
   * @returns This browser, so that a signed-in visitor takes one line.
   *
   * @example
   * ```ts
   * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
   * import { TestBrowser } from "@satchel/satchel/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const store = new CookieStore({ secrets: [generateSecret()] });
   * const sessions = new Sessions<{ user: string }>({ store });
   * const app = (request: Request) =>
   *   sessions.handle(request, (session) => new Response(`Hello ${session.get("user")}`));
   *
   * const ada = await new TestBrowser(app).signIn(sessions, (session) => session.set("user", "Ada"));
   * assertEquals((await ada.get("/")).text, "Hello Ada");
   * assertEquals((await sessions.load(ada.request("/"))).get("user"), "Ada");
   * ```
   */
  async signIn<Data extends object, Message = string>(
    sessions: Sessions<Data, Message>,
    change: (session: Session<Data, Message>) => unknown,
  ): Promise<this> {
    const request = this.request("/");
    const response = await sessions.handle(request, async (session) => {
      await change(session);
      return new Response();
    });
    this.jar.store(request.url, response);
    return this;
  }
}
