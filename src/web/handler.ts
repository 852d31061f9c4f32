import { isSafeMethod, lasting } from "../session/cookie.ts";
import { SessionLostError, SessionSizeError, SessionStoreError } from "../session/errors.ts";
import { after, assertUnanswered, begin, runView } from "../session/run.ts";
import type { Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Context, Route } from "./context.ts";
import { carriesCsrfToken, csrfToken } from "./csrf.ts";
import { errorPage, prefersPage, type Problem } from "./error_page.ts";
import { formLimits, readForm } from "./form.ts";
import { HttpError } from "./http_error.ts";
import { isOwnForm, reasonOf, Refusal, type RefusalReason } from "./refusal.ts";
import { originGuard, type OriginGuardOptions, targetCheck } from "./request_checks.ts";
import { resendForm } from "./resend_form.ts";
import { bodiless, withSecurityHeaders } from "./responses.ts";
import { createRouter, type Match } from "./router.ts";
import { ServerTiming } from "./server_timing.ts";

/** Options of {@linkcode createHandler}. */
export interface HandlerOptions<Data extends object, Message = string> {
  /** The routes. */
  readonly routes: readonly Route<Data, Message>[];
  /** The visitors' sessions. */
  readonly sessions: Sessions<Data, Message>;
  /**
   * Whether unsafe requests must carry the session's CSRF token, besides coming from this site. A
   * route may say otherwise. Only the origin is checked on a route with `session: false`, which has
   * no token to compare with and uses no visitor's rights, and for the opening of a WebSocket, with
   * which browsers cannot send one. Default: false.
   */
  readonly csrf?: boolean;
  /** Other origins whose pages may send forms here, as for `originGuard`. Default: none. */
  readonly trustedOrigins?: OriginGuardOptions["trustedOrigins"];
  /** The most bytes that a form may have. Default: 1048576 (1 MiB). */
  readonly maxBodySize?: number;
  /** The most fields and files that a form may have. Default: 1000. */
  readonly maxFields?: number;
  /** Whether responses carry a `Server-Timing` header: load, view, commit. Default: false. */
  readonly serverTiming?: boolean;
  /** Renders an error as a whole HTML page. Default: a plain page. */
  readonly errorPage?: (problem: Problem) => string;
  /**
   * Answers a form whose CSRF token is missing or wrong, such as by remembering it with
   * `rememberForm` for its own page. It is called for a form that a page of this very origin sent,
   * and with the session that the visitor has now; the form's own route must not be obeyed. Default,
   * and where it returns null: a page with a button that sends the form again, with what was typed.
   */
  readonly onFormExpired?: (
    context: Context<Data, Message>,
    reason: RefusalReason,
  ) => Response | null | Promise<Response | null>;
  /** Called with the reason when an unsafe request is refused, for the log. Default: none. */
  readonly onRefuse?: (reason: RefusalReason, request: Request) => void;
  /**
   * Called with every error answered with status 500 or above, and with every `SessionSizeError`, whose
   * page names no part of the session. Default: none.
   */
  readonly onError?: (error: unknown, request: Request) => void;
}

/**
 * Makes a handler for `Deno.serve`, or for anything else that takes a function from `Request` to
 * `Response`.
 *
 * @param options The routes and the sessions; the other options have defaults.
 * @returns The handler. It answers synchronously if nothing has to be awaited. It never throws, unless
 * `onError` or `onRefuse` does.
 * @throws {RangeError} If `maxBodySize` or `maxFields` is not a whole number from 0, a
 * route occurs twice, or a route's method, path or `csrf` cannot be used; the message says why.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { createHandler, html } from "@satchel/satchel/web";
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
export function createHandler<Data extends object, Message = string>(
  options: HandlerOptions<Data, Message>,
): (request: Request) => Response | Promise<Response> {
  const { sessions, routes, csrf = false, onError, onFormExpired, onRefuse } = options;
  const checkTarget = targetCheck();
  const router = createRouter(routes);
  const isTrustedOrigin = originGuard({ ...options, trustProxy: sessions.trustProxy });
  const limits = formLimits({ maxBytes: options.maxBodySize, maxFields: options.maxFields });
  for (const route of routes) checkCsrf(route);

  return (request) => {
    const asked = lasting(request); // for its error, which may come after an upgrade
    let response: Response | Promise<Response>;
    try {
      response = answer(request);
    } catch (error) {
      response = explain(error, asked);
    }
    return response instanceof Promise
      ? response.catch((error) => explain(error, asked)).then((it) => finish(request, it))
      : finish(request, response);
  };

  function answer(request: Request): Response | Promise<Response> {
    const match = router.match(request.method, checkTarget(request));
    if (match.status !== 200) throw unmatched(match);
    if (!isTrustedOrigin(request)) throw new Refusal("cross-site", request);

    const { route, params } = match;
    let reading: Promise<FormData> | undefined;
    const form = (): Promise<FormData> => reading ??= readForm(request, limits);
    if (route.session === false) {
      const began = begin();
      const view = runView(route.view, new Sessionless(request, params, form));
      return after(view, (response) => {
        assertUnanswered(response, request, began);
        return response;
      });
    }

    const timing = options.serverTiming ? new ServerTiming() : null;
    // The opening of a WebSocket has no place for a token: its origin alone decides.
    const isSafe = isSafeMethod(request.method);
    const mayPass = isSafe || !(route.csrf ?? csrf);
    const view = (session: Session<Data, Message>): Response | Promise<Response> =>
      runView(route.view, { request, params, form, session });
    return after(sessions.load(request, route), (session) => {
      timing?.mark("load");
      return after(mayPass || carriesCsrfToken(request, session, form), (isRight) => {
        const context = { request, params, form, session };
        return after(isRight ? view(session) : expired(context), (response) => {
          timing?.mark("view");
          return after(commit(session, response), (response) => {
            timing?.mark("commit");
            return timing?.addTo(response) ?? response;
          });
        });
      });
    });

    function commit(
      session: Session<Data, Message>,
      response: Response,
    ): Response | Promise<Response> {
      const saved = sessions.commit(session, response, view);
      if (isSafe || !(saved instanceof Promise)) return saved;
      return saved.catch((error) => {
        const isThere = reading !== undefined || !request.bodyUsed; // the view may have read it
        if (!(error instanceof SessionLostError && isThere && mayGiveBack(request))) throw error;
        onRefuse?.("lost", request);
        return giveBack("lost", { request, form }, null);
      });
    }
  }

  /** Answers an unsafe request without the right token. */
  function expired(context: Context<Data, Message>): Response | Promise<Response> {
    const { request, session } = context;
    const reason = reasonOf(request, session);
    if (!mayGiveBack(request)) throw new Refusal(reason, request);
    onRefuse?.(reason, request);
    const answer = (own: Response | null) => own ?? giveBack(reason, context, csrfToken(session));
    return runView((context) => after(onFormExpired?.(context, reason) ?? null, answer), context);
  }

  function mayGiveBack(request: Request): boolean {
    return isOwnForm(request, sessions) && prefersPage(request);
  }

  /** Gives a visitor the form back, to send it again. */
  async function giveBack(
    reason: RefusalReason,
    { request, form }: Pick<Context<Data, Message>, "request" | "form">,
    token: string | null,
  ): Promise<Response> {
    const markup = resendForm(request, await form(), token);
    return explain(new Refusal(reason, request, markup), request);
  }

  function explain(error: unknown, request: Request): Response {
    const shown = shownError(error, request);
    if (shown instanceof Refusal && shown.form === "") onRefuse?.(shown.reason, request);
    if (shown.status >= 500 || error instanceof SessionSizeError) onError?.(error, request);
    try {
      return errorPage(request, shown, options.errorPage);
    } catch (error) { // thrown by the application's own page
      onError?.(error, request);
      return errorPage(request, shownError(error, request));
    }
  }
}

function finish(request: Request, response: Response): Response {
  return withSecurityHeaders(request.method === "HEAD" ? bodiless(response) : response);
}

function checkCsrf<Data extends object, Message>(
  { method, path, session, csrf }: Route<Data, Message>,
): void {
  if (session !== false || !csrf) return;
  throw new RangeError(
    `Cannot use the route ${method} ${path}: csrf: true needs the session that keeps the token, ` +
      "and it says session: false",
  );
}

/** The context of a route without a session. A class, since a getter in a literal is slow. */
class Sessionless<Data extends object, Message> implements Context<Data, Message> {
  constructor(
    readonly request: Request,
    readonly params: Context<Data, Message>["params"],
    readonly form: () => Promise<FormData>,
  ) {}

  get session(): never {
    throw new TypeError("Cannot use the session: the route says that it has none");
  }
}

function unmatched(match: Exclude<Match<unknown>, { status: 200 }>): HttpError {
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

/** The error that the visitor is shown. Details for the developer alone go to the log. */
function shownError(error: unknown, request: Request): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof SessionSizeError) {
    return new HttpError(413, "Your session has no room for this, so nothing of it was stored");
  }
  if (error instanceof SessionLostError) return new Refusal("lost", request);
  if (error instanceof SessionStoreError) {
    const message = "Sessions cannot be reached at the moment: try again in a few seconds";
    return new HttpError(503, message, { headers: { "retry-after": "2" } });
  }
  return new HttpError(500, "Something went wrong on our side");
}
