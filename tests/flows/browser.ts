import { CookieJar } from "./cookie_jar.ts";

/** What a browser shows: where it ended up, with what. */
export interface Page {
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

/** A visitor with a browser of their own: it keeps cookies and follows redirects. */
export class Browser {
  readonly jar: CookieJar;
  readonly #handler: (request: Request) => Response | Promise<Response>;
  readonly #origin: string;

  constructor(
    handler: (request: Request) => Response | Promise<Response>,
    { origin = "http://127.0.0.1:8000", jar = new CookieJar() } = {},
  ) {
    this.#handler = handler;
    this.#origin = origin;
    this.jar = jar;
  }

  /** Opens a page. */
  async get(path: string, headers: HeadersInit = {}, method = "GET"): Promise<Page> {
    return await this.#request(new URL(path, this.#origin), { method, headers });
  }

  /** Sends a form as it is, and follows the redirect. */
  async post(
    path: string,
    fields: Record<string, string>,
    headers: HeadersInit = {},
  ): Promise<Page> {
    const body = new URLSearchParams(fields);
    return await this.#request(new URL(path, this.#origin), { method: "POST", body, headers });
  }

  /** Opens the page that holds a form, and sends the form with the page's CSRF token. */
  async submit(from: string, action: string, fields: Record<string, string>): Promise<Page> {
    return await this.post(action, { ...fields, csrf_token: tokenIn(await this.get(from)) });
  }

  async #request(url: URL, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    const cookie = this.jar.header(url.href);
    if (cookie !== null) headers.set("cookie", cookie);
    const response = await this.#handler(new Request(url, { ...init, headers }));
    this.jar.store(url.href, response);
    const location = response.headers.get("location");
    if (response.status === 303 && location !== null) {
      return await this.#request(new URL(location, url), { method: "GET" });
    }
    const text = await response.text();
    return { url: url.href, status: response.status, headers: response.headers, text };
  }
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
