/**
 * What a developer wants to know about a visitor's session.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { inspect } from "@satchel/satchel/inspector";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const session = await sessions.load(new Request("http://localhost/"));
 * assertEquals(inspect(session).store, "cookie");
 * ```
 *
 * @module
 */

export { ChangeTrace } from "./change_trace.ts";
export { inspect, type Inspection } from "./inspect.ts";
