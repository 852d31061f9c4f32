import type { Session } from "../session/session.ts";
import type { RequestOptions } from "../session/state.ts";

/**
 * What a view receives. The handler makes it; a test of a view can too.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { html, readForm, type View } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const view: View<{ name: string }> = ({ session, params }) => {
 *   session.set("name", params.name ?? "");
 *   return html("Hello");
 * };
 *
 * const sessions = new Sessions<{ name: string }>({
 *   store: new CookieStore({ secrets: [generateSecret()] }),
 * });
 * const request = new Request("http://localhost/hello/Ada");
 * const session = await sessions.load(request);
 * await view({ request, params: { name: "Ada" }, form: () => readForm(request), session });
 * assertEquals(session.get("name"), "Ada");
 * ```
 */
export interface Context<Data extends object, Message = string> {
  /** The request. Read a form through {@linkcode Context.form}, which limits its size. */
  readonly request: Request;
  /** The parameters of the route's path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /**
   * Reads the form that came with the request. Every call gives the same form.
   *
   * @throws {HttpError} With status 413 if it is larger than the handler's `maxBodySize` or has more
   * fields than its `maxFields`, 415 if it is not a form, 400 if it is malformed.
   */
  readonly form: () => Promise<FormData>;
  /** The visitor's session. Asking for it throws a `TypeError` where the route says `session: false`. */
  readonly session: Session<Data, Message>;
}

/** A function that answers a request. Throwing a `Response` returns it. */
export type View<Data extends object, Message = string> = (
  context: Context<Data, Message>,
) => Response | Promise<Response>;

/**
 * A line of the route table.
 *
 * @example
 * ```ts
 * import { html, type Route } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const routes: Route<{ name: string }>[] = [
 *   { method: "GET", path: "/", view: ({ session }) => html(session.get("name") ?? "") },
 *   { method: "GET", path: "/items/:id", view: ({ params }) => html(params.id ?? "") },
 *   { method: "GET", path: "/healthz", view: () => new Response("ok"), session: false },
 * ];
 * assertEquals(routes.length, 3);
 * ```
 */
export interface Route<Data extends object, Message = string> extends RequestOptions {
  /** The method, in upper case. A `GET` route answers `HEAD` too. */
  readonly method: string;
  /**
   * The path as a `URLPattern` pathname: `/cart`, `/items/:id`, `/blog/:year-:month`, `/assets/*`. Of
   * two parameters in one segment the first ends at the first character that separates them.
   */
  readonly path: string;
  /** The view that answers. */
  readonly view: View<Data, Message>;
  /** `false` if the route uses no session: then none is loaded, and none saved. */
  readonly session?: false;
  /**
   * Whether an unsafe request must carry the CSRF token. `true` needs a session. Default: the
   * application's setting; `false` where `session` is.
   */
  readonly csrf?: boolean;
}
