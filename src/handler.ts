import { Context, FormBody, type Route, type View } from "./context.ts";
import { originGuard } from "./csrf/origin.ts";
import { CSRF_FIELD, CSRF_HEADER, verifyCsrfToken } from "./csrf/token.ts";
import { errorPage, type Failure, type Problem } from "./http/error_page.ts";
import { HttpError } from "./http/http_error.ts";
import { assertUnanswered, begin } from "./http/one_answer.ts";
import { pathOf } from "./http/path_of.ts";
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
   * Whether unsafe requests must bring the session's CSRF token, beside coming from this site; a
   * route may say otherwise. Default: false.
   */
  readonly csrf?: boolean;
  /** Other origins whose pages may send forms here. Default: none. */
  readonly trustedOrigins?: readonly string[];
  /** Whether to believe `X-Forwarded-Proto` and `X-Forwarded-Host`. Default: false. */
  readonly trustProxy?: boolean;
  /** The most bytes that a form may have. Default: 1048576 (1 MiB). */
  readonly maxBodySize?: number;
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
  const router = createRouter(options.routes);
  const isTrustedOrigin = originGuard(options);
  const formOptions = { maxBytes: options.maxBodySize };

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
    const match = router.match(request.method, pathOf(request.url));
    if (match.status !== 200) throw refusal(match);
    if (!isTrustedOrigin(request)) throw new HttpError(403, "The request came from another site");
    const { route, params } = match;
    const form = new FormBody(request, formOptions);
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
  const field = headers.has(CSRF_HEADER) ? null : (await form.read()).get(CSRF_FIELD);
  const token = headers.get(CSRF_HEADER) ?? (typeof field === "string" ? field : null);
  if (!verifyCsrfToken(session, token)) {
    throw new HttpError(403, "The form has expired: go back, reload the page, and send it again");
  }
}

function refusal(match: Exclude<Match<unknown>, { status: 200 }>): HttpError {
  switch (match.status) {
    case 400:
      return new HttpError(400, "The address holds a percent-encoding that cannot be decoded");
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

/** A HEAD gets what a GET would get, but for the body (RFC 9110, section 9.3.2). */
function bodiless(response: Response): Response {
  if (response.body === null) return response;
  response.body.cancel().catch(() => {}); // nobody will read it
  return new Response(null, response);
}
