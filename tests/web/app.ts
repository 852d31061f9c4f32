import { createHandler, type HandlerOptions, type View } from "../../src/web/mod.ts";
import { Browser } from "../support/browser.ts";
import { cookieSessions, type Values } from "../support/sessions.ts";

export type { Values };

export const ORIGIN = "http://shop.example";

/** A handler of one view under `/`, for GET and POST, its errors, and a visitor's browser. */
export function appOf(view: View<Values>, options: Partial<HandlerOptions<Values>> = {}) {
  const errors: unknown[] = [];
  const handler = createHandler<Values>({
    sessions: cookieSessions(),
    routes: [{ method: "GET", path: "/", view }, { method: "POST", path: "/", view }],
    onError: (error) => errors.push(error),
    ...options,
  });
  return { handler, errors, browser: new Browser(handler, { origin: ORIGIN }) };
}

export function request(path = "/", init: RequestInit = {}): Request {
  return new Request(ORIGIN + path, init);
}

/** A POST of some fields. */
export function post(fields: Record<string, string> = {}, headers: HeadersInit = {}): Request {
  return request("/", { method: "POST", body: new URLSearchParams(fields), headers });
}
