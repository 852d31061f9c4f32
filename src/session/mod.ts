/**
 * Sessions for web servers: in a sealed cookie, or in Deno KV, Redis or another database, behind
 * one interface. Web APIs alone, no dependency.
 *
 * @example A counter that survives a restart
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * // Keep the secret: whoever has it can read the cookies, and without it nobody can.
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ counter: number }>({ store });
 *
 * const handler = (request: Request) =>
 *   sessions.handle(request, (session) => {
 *     session.update("counter", (counter = 0) => counter + 1);
 *     return new Response(`Count: ${session.get("counter")}`);
 *   }); // Deno.serve(handler)
 *
 * const first = await handler(new Request("http://localhost/"));
 * const [cookie = ""] = first.headers.getSetCookie();
 * const second = await handler(new Request("http://localhost/", { headers: { cookie } }));
 * assertEquals(await second.text(), "Count: 2");
 * ```
 *
 * @module
 */

export { generateSecret } from "../seal/keyring.ts";
export type { ProxyOptions, SessionCookieOptions } from "./cookie.ts";
export { CookieStore, type CookieStoreOptions } from "./cookie_store.ts";
export {
  SessionConflictError,
  SessionLostError,
  SessionSizeError,
  SessionStoreError,
  type SizeReport,
} from "./errors.ts";
export type { FlashMessage, FlashOptions } from "./flash.ts";
export type { Frozen, JsonValue } from "./record.ts";
export type { SessionLifetimes, TimeLimitOptions } from "./limits.ts";
export type { SchemaOptions, SchemaResult, StandardSchema } from "./load.ts";
export { Session, type SessionView } from "./session.ts";
export { Sessions } from "./sessions.ts";
export type {
  RequestOptions,
  SavedSession,
  SessionOptions,
  SessionRequest,
  SessionTrace,
} from "./state.ts";
export type { OwnedSession, RejectReason, SessionStore } from "./store.ts";
export type { SessionValues } from "./values.ts";
