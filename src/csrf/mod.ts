/**
 * Keeps other sites from acting in a visitor's name, in applications that have a router of their
 * own: `createHandler` does all of this by itself.
 *
 * @example A guard before every view
 * ```ts
 * import { originGuard } from "@satchel/satchel/csrf";
 * import { assertEquals } from "@std/assert";
 *
 * const isTrustedOrigin = originGuard();
 * const handler = (request: Request) =>
 *   isTrustedOrigin(request) ? new Response("Bought") : new Response(null, { status: 403 });
 *
 * const headers = { "sec-fetch-site": "cross-site" };
 * const forged = new Request("https://shop.example/buy", { method: "POST", headers });
 * assertEquals(handler(forged).status, 403);
 * ```
 *
 * @module
 */

export { originGuard, type OriginGuardOptions } from "./origin.ts";
export { CSRF_FIELD, CSRF_HEADER, csrfToken, renewCsrfToken, verifyCsrfToken } from "./token.ts";
