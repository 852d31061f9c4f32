import { inTurn } from "./contention.ts";
import { isHttps, type SentCookie, SessionCookie } from "./cookie.ts";
import { TimeLimits } from "./limits.ts";
import { findState, type Found, signsIn } from "./load.ts";
import type { JsonValue } from "./record.ts";
import { after, runView } from "./run.ts";
import { mayRerun, saveSession, withSession } from "./save.ts";
import { Session, type SessionView } from "./session.ts";
import type {
  MessageOptions,
  RequestOptions,
  SavedSession,
  SessionOptions,
  SessionRequest,
  SessionState,
} from "./state.ts";
import type { SessionStore } from "./store.ts";
import { stateOf } from "./values.ts";

/** How often a safe request runs again on a newer session. */
const MAX_RERUNS = 3;

/** Returns the store behind the sessions, for the library itself. */
export let storeOf: <Data extends object, Message>(
  sessions: Sessions<Data, Message>,
) => SessionStore;

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
export class Sessions<Data extends object = Record<string, JsonValue>, Message = string> {
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
  constructor(options: SessionOptions<Data> & MessageOptions<Message>) {
    const { cookie = {}, trustProxy = false } = options;
    this.trustProxy = trustProxy;
    this.#context = { ...options, limits: new TimeLimits(options, cookie.maxAge) };
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
    view: SessionView<Data, Message>,
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
   * with {@linkcode Sessions.commit} or {@linkcode Sessions.save}. A WebSocket that stays open keeps
   * the headers, and loads the session again with every message.
   *
   * @param request The request, or its headers with whatever else of it is there.
   * @param options How the request uses its session.
   * @throws {SessionStoreError} If the store cannot be reached.
   */
  load(
    request: SessionRequest,
    options: RequestOptions = {},
  ): Session<Data, Message> | Promise<Session<Data, Message>> {
    const isSecure = isHttps(request, this) ??
      this.#secureCookie.read(request.headers).length > 0;
    const cookie = isSecure ? this.#secureCookie : this.#plainCookie;
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
    session: Session<Data, Message>,
    response: Response,
    view?: SessionView<Data, Message>,
  ): Response | Promise<Response> {
    return this.#settle(stateOf(session), response, view, withSession);
  }

  /**
   * Saves a session where there is no `Response`: of a message through a WebSocket, of work in the
   * background, or in a framework that has none. Changes are applied to a newer session as by
   * {@linkcode Sessions.commit}. The session is closed from then on.
   *
   * @returns What the answer needs, if there is one.
   * @throws {SessionStoreError} If the store cannot be reached, or the session is too busy.
   * @throws {SessionLostError} If the session ended while an unsafe request changed it.
   * @throws {SessionSizeError} If the session does not fit its place.
   */
  save(session: Session<Data, Message>): SavedSession | Promise<SavedSession> {
    return this.#settle(stateOf(session), new Response(), undefined, (_, saved) => saved);
  }

  /**
   * Opens the session of a cookie's value: for work in the background, which kept the value, for
   * tests, or for a token that the application takes instead of a cookie. Hand it back with
   * {@linkcode Sessions.save}.
   *
   * @param value The value of the cookie, that of https or of http; anything at all.
   * @param options How the session is used; background work says `renew: false`.
   * @returns The session; null if the value opens none.
   * @throws {SessionStoreError} If the store cannot be reached.
   */
  async open(value: string, options: RequestOptions = {}): Promise<Session<Data, Message> | null> {
    const request = { headers: new Headers() };
    const context = { ...this.#context, onReject: undefined }; // it holds under one name alone
    for (const cookie of [this.#secureCookie, this.#plainCookie]) {
      const sent = [[cookie.name, value]] as const;
      const session = await this.#find({ request, options, cookie, sent, context });
      if (stateOf(session).loaded !== null) return session;
    }
    return null;
  }

  #settle<Result>(
    state: SessionState,
    response: Response,
    view: SessionView<Data, Message> | undefined,
    finish: (state: SessionState, saved: SavedSession, response: Response) => Result,
  ): Result | Promise<Result> {
    return after(saveSession(state, response), (saved) => {
      return saved === null
        ? this.#retry(state, response, view, finish)
        : finish(state, saved, response);
    });
  }

  #find(
    from: Found,
    tried?: readonly SentCookie[],
  ): Session<Data, Message> | Promise<Session<Data, Message>> {
    return after(
      findState(from, this.#context, tried),
      (state) => new Session<Data, Message>(state),
    );
  }

  /** Answers again, or applies the changes again, since another request was faster. */
  #retry<Result>(
    first: SessionState,
    response: Response,
    view: SessionView<Data, Message> | undefined,
    finish: (state: SessionState, saved: SavedSession, response: Response) => Result,
  ): Promise<Result> {
    const { name, value } = first;
    let last = first;
    let reruns = 0;
    return inTurn(value ?? "", async () => {
      // No other cookie that came is tried: what was done to this session is not for another one.
      const fresh = await this.#find(first, value === null ? [] : [[name, value]]);
      const state = stateOf(fresh);
      state.accessed = true;
      // The session is gone since the request came: nothing is resurrected, and logout wins.
      if (state.loaded === null && !signsIn(last, state)) state.fate = "lost";
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
      const saved = await saveSession(state, response);
      return saved && finish(state, saved, response);
    });
  }
}
