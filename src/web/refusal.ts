import type { ProxyOptions } from "../session/cookie.ts";
import { CSRF_HEADER } from "./csrf.ts";
import { isForm } from "./form.ts";
import { HttpError } from "./http_error.ts";
import { isSameOrigin } from "./request_checks.ts";

/** Why an unsafe request was refused that the application has a route for. */
export type RefusalReason =
  /** It carried no cookie at all: the browser accepts none, or was closed since the page came. */
  | "no-cookies"
  /** It carried no living session: that has ended, or there never was one. */
  | "no-session"
  /** It lacked the CSRF token of its session: its page is from another session. */
  | "token"
  /** A page of another origin sent it. */
  | "cross-site"
  /** Its session ended, or got a new id, while the request was under way. */
  | "lost";

const CAUSES: Readonly<Record<RefusalReason, string>> = {
  "no-cookies":
    "Your browser sent no cookies with this. If that happens again, allow cookies for " +
    "this site, which cannot recognize you without",
  "no-session": "Your session had ended before this was sent",
  "token": "The page that sent this was out of date",
  "cross-site": "The request came from another site",
  "lost": "Your session ended or changed while this was sent, so nothing of it was stored",
};

/** The answer to an unsafe request that is refused: 409 if its session was lost, else 403. */
export class Refusal extends HttpError {
  /** Why it is refused. */
  readonly reason: RefusalReason;
  /** The markup of a form that sends it again; empty: there is none. */
  readonly form: string;

  /**
   * Makes the answer. Its message says why the request is refused and, unless there is a form, what
   * its sender can do about it.
   *
   * @param reason Why the request is refused.
   * @param request The request.
   * @param form The markup of a form that sends it again. Default: none.
   */
  constructor(reason: RefusalReason, request: Request, form = "") {
    const advice = form !== "" || reason === "cross-site"
      ? ""
      : isOfScript(request)
      ? `. Load the page again, and send its token in the header ${CSRF_HEADER}`
      : ". Go back, load the page again, and send it once more";
    super(reason === "lost" ? 409 : 403, CAUSES[reason] + advice);
    this.reason = reason;
    this.form = form;
  }
}

/** Returns why a request carries no right token. */
export function reasonOf(
  { headers }: Request,
  session: { readonly isNew: boolean },
): RefusalReason {
  return !headers.get("cookie") ? "no-cookies" : session.isNew ? "no-session" : "token";
}

/**
 * Returns whether a form comes from a page of this very origin. Only then may its content be given
 * back: what another site sent must not become a page of this one, with a token in it.
 */
export function isOwnForm(request: Request, options: ProxyOptions): boolean {
  return request.method === "POST" && !isOfScript(request) && isSameOrigin(request, options);
}

/** Returns whether a script sent a request: it has a token in a header, or no form. */
function isOfScript(request: Request): boolean {
  return request.headers.has(CSRF_HEADER) || !isForm(request);
}
