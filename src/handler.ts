import { Context, FormBody, type Route, type View } from "./context.ts";
import { originGuard } from "./csrf/origin.ts";
import { CSRF_FIELD, CSRF_HEADER, verifyCsrfToken } from "./csrf/token.ts";
import { errorPage, type Failure, type Problem } from "./http/error_page.ts";
import { formLimits } from "./http/form.ts";
import { HttpError } from "./http/http_error.ts";
import { assertUnanswered, begin } from "./http/one_answer.ts";
import { pathOf } from "./http/path_of.ts";
import { targetCheck } from "./http/request_target.ts";
import { bodiless } from "./http/responses.ts";
import { withSecurityHeaders } from "./http/security_headers.ts";
import { createRouter, type Match } from "./router.ts";
import { after } from "./session/after.ts";
import { SessionLostError, SessionSizeError, SessionStoreError } from "./session/errors.ts";
import type { Sessions } from "./session/manager.ts";
import type { Session } from "./session/session.ts";

/** What {@linkcode createHandler} makes a server's handler of. */
export interface HandlerOptions<Data extends object> {
  /** The application's table of contents. */
  readonly routes: readonly Route<Data>[];
  /** The visitors' sessions. */
  readonly sessions: Sessions<Data>;
  /**
   * Whether unsafe requests must bring the session's CSRF token, as well as come from this site; a
   * route may say otherwise. It is about sessions: a route with `session: false` has no token to
   * compare with, and no visitor's rights that another site could use, so there the origin alone is
   * checked. Nor is the token asked of an upgrade to a WebSocket: browsers cannot send one. Default:
   * false.
   */
  readonly csrf?: boolean;
  /** Other origins whose pages may send forms here. Default: none. */
  readonly trustedOrigins?: readonly string[];
  /** Whether to believe `X-Forwarded-Proto` and `X-Forwarded-Host`. Default: false. */
  readonly trustProxy?: boolean;
  /** The most bytes that a form may have. Default: 1048576 (1 MiB). */
  readonly maxBodySize?: number;
  /** The most fields and files that a form may have. Default: 1000. */
  readonly maxFields?: number;
  /** Renders an error for people, as a whole HTML page. Default: a plain page. */
  readonly errorPage?: (problem: Problem) => string;
  /** Told of each error that is not the visitor's, for the log. Default: nobody is told. */
  readonly onError?: (error: unknown, request: Request) => void;
}

/**
 * Makes a handler for `Deno.serve`, or whatever else takes a function from `Request` to `Response`.
 *
 * @param options The routes and the sessions, and everything that has a default.
 * @returns The handler, which answers at once where nothing has to be waited for. It never throws,
 * unless `onError` does.
 * @throws {RangeError} If `maxBodySize` or `maxFields` is not a whole number from 0, or if
 * {@linkcode createRouter} refuses a route.
 *
 * @example
 * ```ts
 * import { CookieStore, createHandler, generateSecret, html, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
 * const handler = createHandler({
 *   sessions,
 *   routes: [{ method: "GET", path: "/", view: () => html("<h1>Hi</h1>") }],
 * });
 * const response = await handler(new Request("http://localhost/"));
 * assertEquals(await response.text(), "<h1>Hi</h1>");
 * ```
 */
export function createHandler<Data extends object>(
  options: HandlerOptions<Data>,
): (request: Request) => Response | Promise<Response> {
  const { sessions, onError } = options;
  const checkTarget = targetCheck();
  const router = createRouter(options.routes);
  const isTrustedOrigin = originGuard(options);
  const limits = formLimits({ maxBytes: options.maxBodySize, maxFields: options.maxFields });

  return (request) => {
    let response: Response | Promise<Response>;
    try {
      response = answer(request);
    } catch (error) {
      response = explain(error, request);
    }
    return response instanceof Response
      ? finish(request, response)
      : finishLater(request, response);
  };

  function answer(request: Request): Response | Promise<Response> {
    const path = checkTarget(request);
    const match = router.match(request.method, path);
    if (match.status !== 200) throw refusal(match);
    if (!isTrustedOrigin(request)) throw new HttpError(403, "The request came from another site");
    const { route, params } = match;
    const form = new FormBody(request, limits);
    if (route.session === false) {
      const began = begin();
      return after(run(route.view, new Context(request, params, form, null)), (response) => {
        assertUnanswered(response, request, began);
        return response;
      });
    }
    const needsToken = !isSafe(request) && (route.csrf ?? options.csrf ?? false);
    return sessions.handle(request, (session) => {
      const context = new Context(request, params, form, session);
      if (!needsToken) return run(route.view, context);
      return checkToken(session, request, form).then(() => run(route.view, context));
    });
  }

  async function finishLater(request: Request, answered: Promise<Response>): Promise<Response> {
    let response: Response;
    try {
      response = await answered;
    } catch (error) {
      response = explain(error, request);
    }
    return finish(request, response);
  }

  function explain(error: unknown, request: Request): Response {
    const failure = failureOf(error);
    if (failure.status >= 500) onError?.(error, request);
    try {
      return errorPage(request, failure, options.errorPage);
    } catch (error) { // the application's page has an error of its own
      onError?.(error, request);
      return errorPage(request, failureOf(error));
    }
  }
}

function finish(request: Request, response: Response): Response {
  return withSecurityHeaders(request.method === "HEAD" ? bodiless(response) : response);
}

/** Runs a view. What it returns at once is not waited for. */
function run<Data extends object>(
  view: View<Data>,
  context: Context<Data>,
): Response | Promise<Response> {
  try {
    const response = view(context);
    return response instanceof Response ? response : settle(response, context);
  } catch (error) {
    return thrown(error);
  }
}

async function settle<Data extends object>(
  answered: Response | Promise<Response>,
  { request: { method, url } }: Context<Data>,
): Promise<Response> {
  const response = await Promise.resolve(answered).catch(thrown);
  if (response) return response;
  throw new TypeError(`Cannot answer ${method} ${pathOf(url)}: its view gave no Response`);
}

/** A thrown response is an answer, anything else an error. */
function thrown(error: unknown): Response {
  if (error instanceof Response) return error;
  throw error;
}

async function checkToken<Data extends object>(
  session: Session<Data>,
  { headers }: Request,
  form: FormBody,
): Promise<void> {
  if (await bringsToken(session, headers, form)) return;
  throw new HttpError(403, "The form has expired: go back, reload the page, and send it again");
}

async function bringsToken<Data extends object>(
  session: Session<Data>,
  headers: Headers,
  form: FormBody,
): Promise<boolean> {
  // No token can be right, so the body is not worth reading: whoever sends it has seen no page.
  if (session.csrf === null) return false;
  const header = headers.get(CSRF_HEADER);
  if (header !== null) return verifyCsrfToken(session, header);
  const field = (await form.read()).get(CSRF_FIELD);
  return typeof field === "string" && verifyCsrfToken(session, field);
}

function refusal(match: Exclude<Match<unknown>, { status: 200 }>): HttpError {
  switch (match.status) {
    case 400:
      return new HttpError(400, "The address is not written as browsers write it");
    case 404:
      return new HttpError(404, "There is no page at this address");
    case 405:
      return new HttpError(405, `This address answers to ${match.allow}`, {
        headers: { allow: match.allow },
      });
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof HttpError) return error;
  if (error instanceof SessionSizeError) return { status: 413, message: error.message };
  if (error instanceof SessionLostError) {
    const message = "Your session ended or changed while this was sent, so nothing of it was " +
      "stored. Load the page again and send it once more";
    return { status: error.status, message };
  }
  if (error instanceof SessionStoreError) {
    const message = "Sessions cannot be reached at the moment: try again in a few seconds";
    return { status: 503, message, headers: { "retry-after": "2" } };
  }
  return { status: 500, message: "Something went wrong on our side" };
}

function isSafe({ method }: Request): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
