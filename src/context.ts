import { readForm, type ReadFormOptions } from "./http/form.ts";
import type { Route as RouteOf } from "./router.ts";
import type { Session } from "./session/session.ts";

/** What a view gets to answer one request. */
export class Context<Data extends object> {
  /** The request. Read a form through {@linkcode Context.form}, which limits its size. */
  readonly request: Request;
  /** The parameters of the route's path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly #form: FormBody;
  readonly #session: Session<Data> | null;

  /**
   * The handler makes it; a test of a view may, too.
   *
   * @param request The request.
   * @param params The parameters of the route's path.
   * @param form The form that comes with the request.
   * @param session The visitor's session; null on a route that has none.
   */
  constructor(
    request: Request,
    params: Readonly<Record<string, string>>,
    form: FormBody,
    session: Session<Data> | null,
  ) {
    this.request = request;
    this.params = params;
    this.#form = form;
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

  /**
   * The form that came with the request; the same one however often it is asked for. Works by itself
   * too: `({ form }) => …`.
   *
   * @throws {HttpError} With status 413 if it is larger than the handler's `maxBodySize` or has more
   * fields than its `maxFields`, 415 if it is not a form, 400 if it is malformed.
   */
  get form(): () => Promise<FormData> {
    return () => this.#form.read();
  }
}

/** Answers a request. Throwing a `Response` is as good as returning it. */
export type View<Data extends object> = (context: Context<Data>) => Response | Promise<Response>;

/** One line of the route table. */
export type Route<Data extends object> = RouteOf<View<Data>>;

/** A request's form, read when it is first needed: by the CSRF guard or by the view. */
export class FormBody {
  readonly #request: Request;
  readonly #options: ReadFormOptions;
  #form: Promise<FormData> | undefined;

  /**
   * Reads nothing yet.
   *
   * @param request The request.
   * @param options The limits of its size.
   */
  constructor(request: Request, options: ReadFormOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Reads the form, once. */
  read(): Promise<FormData> {
    return this.#form ??= readForm(this.#request, this.#options);
  }
}
