/**
 * A small web framework around sessions: a handler for a table of routes, forms, redirects, error
 * pages, and protection against cross-site requests.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { createHandler, html } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const handler = createHandler({
 *   sessions: new Sessions<{ counter: number }>({ store }),
 *   routes: [{
 *     method: "GET",
 *     path: "/",
 *     view: ({ session }) => {
 *       session.update("counter", (counter = 0) => counter + 1);
 *       return html(`<p>Count: ${session.get("counter")}</p>`);
 *     },
 *   }],
 * }); // Deno.serve(handler)
 *
 * const response = await handler(new Request("http://localhost/"));
 * assertEquals(await response.text(), "<p>Count: 1</p>");
 * ```
 *
 * @module
 */

export type { Context, Route, View } from "./context.ts";
export {
  CSRF_FIELD,
  CSRF_HEADER,
  csrfToken,
  hasCsrfToken,
  renewCsrfToken,
  verifyCsrfToken,
} from "./csrf.ts";
export { errorPage, type Problem } from "./error_page.ts";
export { readForm, type ReadFormOptions } from "./form.ts";
export {
  type RecalledForm,
  recallForm,
  type RefusedForm,
  rememberForm,
  type RememberFormOptions,
} from "./form_memory.ts";
export { createHandler, type HandlerOptions } from "./handler.ts";
export { HttpError, type HttpErrorOptions } from "./http_error.ts";
export type { RefusalReason } from "./refusal.ts";
export { originGuard, type OriginGuardOptions, type TrustedOrigin } from "./request_checks.ts";
export { html, redirect, withSecurityHeaders } from "./responses.ts";
