import type { Session } from "../session/session.ts";
import type { RoutePattern } from "./router.ts";

/** Everything a view receives. */
export class Context<Data extends object> {
  /** The request. Read a form through {@linkcode Context.form}, which limits its size. */
  readonly request: Request;
  /** The parameters of the route's path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /**
   * Reads the form that came with the request; the same one however often it is called. Bound, so it
   * can be destructured.
   *
   * @throws {HttpError} With status 413 if it is larger than the handler's `maxBodySize` or has more
   * fields than its `maxFields`, 415 if it is not a form, 400 if it is malformed.
   */
  readonly form: () => Promise<FormData>;
  readonly #session: Session<Data> | null;

  /**
   * Made by the handler, or by a test of a view.
   *
   * @param request The request.
   * @param params The parameters of the route's path.
   * @param form Reads the form that comes with the request.
   * @param session The visitor's session; null on a route that has none.
   */
  constructor(
    request: Request,
    params: Readonly<Record<string, string>>,
    form: () => Promise<FormData>,
    session: Session<Data> | null,
  ) {
    this.request = request;
    this.params = params;
    this.form = form;
    this.#session = session;
  }

  /**
   * The visitor's session.
   *
   * @throws {TypeError} If the route says `session: false`.
   */
  get session(): Session<Data> {
    if (this.#session !== null) return this.#session;
    throw new TypeError("Cannot use the session: the route says that it has none");
  }
}

/** A function that answers a request. Throwing a `Response` returns it. */
export type View<Data extends object> = (context: Context<Data>) => Response | Promise<Response>;

/** One line of the route table. */
export interface Route<Data extends object> extends RoutePattern {
  /** The view that answers. */
  readonly view: View<Data>;
  /** `false`: the route touches no session. */
  readonly session?: false;
  /**
   * Whether an unsafe request must carry the CSRF token. `true` needs a session. Default: the
   * application's setting; `false` where `session` is.
   */
  readonly csrf?: boolean;
}
