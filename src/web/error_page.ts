import { accepts } from "@std/http/negotiation";
import { STATUS_TEXT } from "@std/http/status";
import { dropTargetedCaching, own } from "../session/headers.ts";
import type { HttpError } from "./http_error.ts";

/** The content of an error page, in the terms of RFC 9457, section 3.1. */
export interface Problem {
  /** The status, 400 to 599. */
  status: number;
  /** The name of the status, such as `Not Found`. */
  title: string;
  /** What went wrong this time; empty if there is nothing to add. */
  detail: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Longer than any browser's `Accept`: parsing a much longer one would keep the server busy. */
const MAX_ACCEPT = 1024;

const TYPES = ["text/html", "application/problem+json", "application/json"] as const;

function preferredType(request: Request): string | undefined {
  const accept = request.headers.get("accept") ?? "";
  if (accept.length <= MAX_ACCEPT) return accepts(request, ...TYPES);
  const headers = { accept: accept.slice(0, MAX_ACCEPT) };
  return accepts(new Request("http://localhost/", { headers }), ...TYPES);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

function renderPlain({ status, title, detail }: Problem): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${status} ${escape(title)}</title>
</head>
<body>
<h1>${escape(title)}</h1>${detail === "" ? "" : `\n<p>${escape(detail)}</p>`}
</body>
</html>
`;
}

/**
 * Answers a failed request: a page for browsers, `application/problem+json` (RFC 9457) for
 * programs that prefer JSON. The response is never cached.
 *
 * @param request The request; the first 1024 characters of its `Accept` decide.
 * @param error The error: its status, message and headers.
 * @param render Renders the page. It must escape `detail`. Default: a plain page without style.
 * @returns The response.
 *
 * @example
 * ```ts
 * import { errorPage, HttpError } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("https://shop.example/", { headers: { accept: "application/json" } });
 * const response = errorPage(request, new HttpError(404, "There is no such item"));
 * assertEquals(await response.json(), {
 *   type: "about:blank",
 *   title: "Not Found",
 *   status: 404,
 *   detail: "There is no such item",
 * });
 * ```
 */
export function errorPage(
  request: Request,
  error: HttpError,
  render: (problem: Problem) => string = renderPlain,
): Response {
  const { status, message: detail } = error;
  const title = STATUS_TEXT[status] ?? "Error";
  const headers = new Headers(error.headers);
  headers.set("cache-control", "no-store");
  dropTargetedCaching(headers);
  headers.append("vary", "Accept");

  const type = preferredType(request);
  if (type === undefined || type === "text/html") {
    headers.set("content-type", "text/html; charset=utf-8");
    return own(new Response(render({ status, title, detail }), { status, headers }));
  }
  headers.set("content-type", "application/problem+json");
  const problem = { type: "about:blank", title, status, detail: detail || undefined };
  return own(new Response(JSON.stringify(problem), { status, headers }));
}
