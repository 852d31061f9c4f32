import { inTurn } from "./contention.ts";
import { isHttps, type SentCookie, SessionCookie } from "./cookie.ts";
import { TimeLimits } from "./limits.ts";
import type { JsonValue } from "./record.ts";
import { after, runView } from "./run.ts";
import { mayRerun, saveSession } from "./save.ts";
import { fitToSchema } from "./schema.ts";
import { openState, Session } from "./session.ts";
import { isBetter, type RequestOptions, type SessionOptions, type SessionState } from "./state.ts";
import type { LoadResult, SessionStore } from "./store.ts";
import { stateOf } from "./values.ts";

/** How often a safe request runs again on a newer session. */
const MAX_RERUNS = 3;

/** The cookies that were found with a request. */
type Found = Pick<SessionState, "request" | "options" | "cookie" | "sent" | "context">;

/** A function that answers a request, given its session. Throwing a `Response` returns it. */
export type SessionView<Data extends object> = (
  session: Session<Data>,
) => Response | Promise<Response>;

/** Returns the store behind the sessions, for the library itself. */
export let storeOf: <Data extends object>(sessions: Sessions<Data>) => SessionStore;

/**
 * Loads and saves the sessions of visitors.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ counter: number }>({ store });
 *
 * const response = await sessions.handle(new Request("http://localhost/"), (session) => {
 *   session.update("counter", (counter = 0) => counter + 1);
 *   return new Response(`Count: ${session.get("counter")}`);
 * });
 * assertEquals(await response.text(), "Count: 1");
 * assertEquals(response.headers.getSetCookie().length, 1);
 * ```
 */
export class Sessions<Data extends object = Record<string, JsonValue>> {
  /** Whether the proxy's headers are believed. */
  readonly trustProxy: boolean;
  readonly #context: SessionOptions<Data> & SessionState["context"];
  readonly #plainCookie: SessionCookie;
  readonly #secureCookie: SessionCookie;
  /** The requests that `handle` answers just now. */
  readonly #handled = new WeakSet<Request>();

  static {
    storeOf = (sessions) => sessions.#context.store;
  }

  /**
   * Checks the options; no cryptography happens yet.
   *
   * @param options The store, and everything that has a default.
   * @throws {RangeError} If an option is out of range.
   */
  constructor(options: SessionOptions<Data>) {
    const { cookie = {}, trustProxy = false } = options;
    this.trustProxy = trustProxy;
    this.#context = { ...options, limits: new TimeLimits(options) };
    this.#secureCookie = new SessionCookie(cookie, true);
    this.#plainCookie = new SessionCookie(cookie, cookie.secure ?? false);
  }

  /**
   * Answers a request: loads its session, runs the view, saves what it changed.
   *
   * @param request The request.
   * @param view The function that answers it.
   * @param options How the request uses its session.
   * @returns The response: synchronously where nothing has to be waited for. Errors, the view's
   * included, are thrown as early.
   * @throws {TypeError} If the request is already being handled, as by a middleware mounted twice.
   * @throws {SessionStoreError} If the store cannot be reached, or the session is too busy.
   * @throws {SessionLostError} If the session ended while an unsafe request changed it.
   * @throws {SessionSizeError} If the session does not fit its place.
   */
  handle(
    request: Request,
    view: SessionView<Data>,
    options: RequestOptions = {},
  ): Response | Promise<Response> {
    if (this.#handled.has(request)) {
      throw new TypeError(
        "Cannot handle the request: its session is already being handled, so pass that session on " +
          "(is a middleware mounted twice?)",
      );
    }
    this.#handled.add(request);
    const done = () => this.#handled.delete(request);
    let response: Response | Promise<Response> | undefined;
    try {
      return response = after(
        this.load(request, options),
        (session) =>
          after(runView(view, session), (response) => this.commit(session, response, view)),
      );
    } finally {
      if (response instanceof Promise) response.then(done, done);
      else done();
    }
  }

  /**
   * Loads the session of a request: synchronously where nothing has to be waited for. Hand it back
   * with {@linkcode Sessions.commit}.
   *
   * @param request The request.
   * @param options How the request uses its session.
   * @throws {SessionStoreError} If the store cannot be reached.
   */
  load(
    request: Request,
    options: RequestOptions = {},
  ): Session<Data> | Promise<Session<Data>> {
    const cookie = isHttps(request, this) ? this.#secureCookie : this.#plainCookie;
    const sent = cookie.read(request.headers);
    return this.#find({ request, options, cookie, sent, context: this.#context });
  }

  /**
   * Saves what a request did to its session, which is closed from then on. When another request was
   * faster, a safe request (GET, HEAD) is answered again on the newer session, if its view is
   * given, so that the page shows what is stored: at most three times, and not once it has
   * regenerated or destroyed the session or set its owner, nor if the request itself stored
   * something meanwhile, through another `load`. Otherwise the changes are applied to the newer
   * session.
   *
   * @param session The session of the request.
   * @param response The answer to the request.
   * @param view The function that made the answer, to make it again; without it nothing runs twice.
   * @returns The response with the cookie and the cache rules that belong to it: the same one, or a
   * copy where it has no body or its headers are immutable.
   * @throws {SessionStoreError} If the store cannot be reached, or the session is too busy.
   * @throws {SessionLostError} If the session ended while an unsafe request changed it.
   * @throws {SessionSizeError} If the session does not fit its place.
   */
  commit(
    session: Session<Data>,
    response: Response,
    view?: SessionView<Data>,
  ): Response | Promise<Response> {
    const state = stateOf(session);
    return after(
      saveSession(state, response),
      (saved) => saved ?? this.#retry(state, response, view),
    );
  }

  /** Opens the first cookie that is accepted; if none is, the refusal of the first one counts. */
  #find(
    from: Found,
    [tried, ...rest]: readonly SentCookie[] = from.sent,
    before?: SessionState,
  ): Session<Data> | Promise<Session<Data>> {
    const { store, schema, migrate } = this.#context;
    if (tried === undefined) {
      return new Session(before ?? openState(from, [from.cookie.name, null], null));
    }
    const open = (result: LoadResult): Session<Data> | Promise<Session<Data>> => {
      const state = openState(from, tried, result);
      const best = before === undefined || isBetter(state, before) ? state : before;
      return best.loaded?.version === undefined ? this.#find(from, rest, best) : new Session(best);
    };
    const [name, value] = tried;
    return after(store.load(value, name), (result) => {
      if (schema === undefined || result.record === null) return open(result);
      return fitToSchema(result.record, { schema, migrate })
        .then((record) =>
          open(record ? { ...result, record } : { record, reason: "invalid data" })
        );
    });
  }

  /** Answers again, or applies the changes again, since another request was faster. */
  #retry(first: SessionState, response: Response, view?: SessionView<Data>): Promise<Response> {
    const { name, value } = first;
    let last = first;
    let reruns = 0;
    return inTurn(value ?? "", async () => {
      // No other cookie that came is tried: what was done to this session is not for another one.
      const fresh = await this.#find(first, value === null ? [] : [[name, value]]);
      const state = stateOf(fresh);
      state.accessed = true;
      // The session is gone since the request came: nothing is resurrected, and logout wins.
      if (state.loaded === null) state.fate = "lost";
      if (view !== undefined && reruns++ < MAX_RERUNS && mayRerun(last)) {
        response.body?.cancel().catch(() => {}); // nobody will read it
        response = await runView(view, fresh);
        last = state;
      } else {
        state.began = last.began; // the answer may have been made by another handler
        state.changes = last.changes;
        if (state.fate === "open") {
          state.record = last.changes.reduce((record, { apply }) => apply(record), state.record);
        }
      }
      return saveSession(state, response);
    });
  }
}
