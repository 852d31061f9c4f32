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

  /** Sends one request with the browser's cookies, keeps those of the response, follows nothing. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#origin);
    const headers = new Headers(init.headers);
    const cookie = this.jar.header(url.href);
    if (cookie !== null) headers.set("cookie", cookie);
    const response = await this.#handler(new Request(url, { ...init, headers }));
    this.jar.store(url.href, response);
    return response;
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
    if (response.status === 303 && location !== null) return await this.#visit(location, {});
    const { status, headers } = response;
    return { url: new URL(path, this.#origin).href, status, headers, text: await response.text() };
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
