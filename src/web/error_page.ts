import { accepts } from "@std/http/negotiation";
import { STATUS_TEXT } from "@std/http/status";
import { dropTargetedCaching, own } from "../session/headers.ts";
import type { HttpError } from "./http_error.ts";
import { Refusal, type RefusalReason } from "./refusal.ts";

/** The content of an error page, in the terms of RFC 9457, section 3.1. */
export interface Problem {
  /** The status, 400 to 599. */
  status: number;
  /** The name of the status, such as `Not Found`; with a `form`, a request to send it again. */
  title: string;
  /** What went wrong this time; empty if there is nothing to add. */
  detail: string;
  /** Why an unsafe request was refused; absent in other errors. */
  reason?: RefusalReason;
  /**
   * The markup of a form with what the visitor typed and a button that sends it again; absent where
   * there is none. Put it into the page as it is: it is escaped, and has neither script nor style.
   */
  form?: string;
}

/** The title of a page that gives a form back: visitors know no "Forbidden". */
const AGAIN = "Please send that once more";

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

/** Escapes a text for the content of an element, or for an attribute in double quotes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Returns whether a client prefers a page to JSON. */
export function prefersPage(request: Request): boolean {
  const type = preferredType(request);
  return type === undefined || type === "text/html";
}

function renderPlain({ status, title, detail, form }: Problem): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${form ? "" : `${status} `}${escape(title)}</title>
</head>
<body>
<h1>${escape(title)}</h1>${detail === "" ? "" : `\n<p>${escape(detail)}</p>`}${
    form ? `\n${form}` : ""
  }
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
  const { reason, form = "" } = error instanceof Refusal ? error : {};
  const headers = new Headers(error.headers);
  headers.set("cache-control", "no-store");
  dropTargetedCaching(headers);
  headers.append("vary", "Accept");

  if (prefersPage(request)) {
    headers.set("content-type", "text/html; charset=utf-8");
    const problem: Problem = { status, title: form && AGAIN || title, detail };
    if (reason) problem.reason = reason;
    if (form) problem.form = form;
    return own(new Response(render(problem), { status, headers }));
  }
  headers.set("content-type", "application/problem+json");
  const problem = { type: "about:blank", title, status, detail: detail || undefined, reason };
  return own(new Response(JSON.stringify(problem), { status, headers }));
}
