/**
 * Satchel gives a web server memory of its visitor: sessions that travel in a sealed cookie, or
 * stay in Deno KV or Redis, behind one interface. Web APIs alone.
 *
 * @example A counter that survives a restart
 * ```ts
 * import { CookieStore, createHandler, generateSecret, html, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * // Keep the secret: whoever has it can read the cookies, and without it nobody can.
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ counter: number }>({ store });
 *
 * const handler = createHandler({
 *   sessions,
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
 * const first = await handler(new Request("http://localhost/"));
 * const [cookie = ""] = first.headers.getSetCookie();
 * const second = await handler(new Request("http://localhost/", { headers: { cookie } }));
 * assertEquals(await second.text(), "<p>Count: 2</p>");
 * ```
 *
 * @module
 */

export { Context, FormBody, type Route, type View } from "./context.ts";
export { createHandler, type HandlerOptions } from "./handler.ts";
export { createRouter, type Match, type Route as RouterRoute, type Router } from "./router.ts";

export { Sessions, type SessionView } from "./session/manager.ts";
export type { ListedSession, ListOwnedOptions } from "./session/owned_sessions.ts";
export type { SessionOptions } from "./session/session_options.ts";
export type { SessionCookieOptions } from "./session/session_cookie.ts";
export type { TimeLimitOptions } from "./session/time_limits.ts";
export type { SchemaOptions, SchemaResult, StandardSchema } from "./session/schema.ts";
export { Session } from "./session/session.ts";
export type { Change } from "./session/change.ts";
export type { FlashMessage, FlashOptions } from "./session/flash.ts";
export type { Frozen, JsonValue } from "./session/json.ts";
export type { Inspection } from "./session/inspect.ts";
export {
  CookieOverflowError,
  SessionConflictError,
  SessionLostError,
  SessionSizeError,
  SessionStoreError,
  type SizeReport,
} from "./session/errors.ts";
export {
  type RecalledForm,
  recallForm,
  type RefusedForm,
  rememberForm,
  type RememberFormOptions,
} from "./session/form_memory.ts";
export type {
  FoundSession,
  Loaded,
  OwnedPage,
  OwnedSession,
  Refusal,
  SessionOwners,
  SessionStore,
  SessionWrite,
} from "./session/store.ts";
export type { RememberedForm } from "./session/forms.ts";
export { decodeRecord, encodeRecord, type SessionRecord } from "./session/record.ts";
export { CookieStore, type CookieStoreOptions } from "./stores/cookie_store.ts";

export { generateSecret, Keyring } from "./crypto/keyring.ts";
export { Sealer, type Unsealed, type UnsealFailure } from "./crypto/seal.ts";

export { originGuard, type OriginGuardOptions } from "./csrf/origin.ts";
export {
  CSRF_FIELD,
  CSRF_HEADER,
  csrfToken,
  renewCsrfToken,
  verifyCsrfToken,
} from "./csrf/token.ts";

export {
  type CookieAttributes,
  type CookieWriter,
  cookieWriter,
  readCookie,
} from "./http/cookie.ts";
export { errorPage, type Failure, type Problem } from "./http/error_page.ts";
export { readForm, type ReadFormOptions } from "./http/form.ts";
export { HttpError, type HttpErrorOptions } from "./http/http_error.ts";
export { pathOf } from "./http/path_of.ts";
export { isHttps, requestOrigin, type RequestOriginOptions } from "./http/request_origin.ts";
export { html, redirect, withHeaders } from "./http/responses.ts";
export { SECURITY_HEADERS, withSecurityHeaders } from "./http/security_headers.ts";
