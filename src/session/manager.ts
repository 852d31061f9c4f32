import { begin } from "../http/one_answer.ts";
import { isHttps } from "../http/request_origin.ts";
import { isWebSocketUpgrade } from "../http/web_socket.ts";
import { after } from "./after.ts";
import { ChangeTrace } from "./change_trace.ts";
import { Committer } from "./committer.ts";
import { type Inspection, inspection } from "./inspect.ts";
import {
  destroyOwned,
  type ListedSession,
  listOwned,
  type ListOwnedOptions,
  ownersOf,
} from "./owned_sessions.ts";
import { blankRecord } from "./record.ts";
import { Retries } from "./retries.ts";
import { fitToSchema } from "./schema.ts";
import { ServerTiming } from "./server_timing.ts";
import { Session, stateOf } from "./session.ts";
import { SessionCookie } from "./session_cookie.ts";
import type { SessionOptions } from "./session_options.ts";
import type { FoundSession, Loaded } from "./store.ts";
import { lose, replay, type SessionState } from "./state.ts";
import { TimeLimits } from "./time_limits.ts";

/** What answers a request, given its session. */
export type SessionView<Data extends object> = (
  session: Session<Data>,
) => Response | Promise<Response>;

/**
 * Brings visitors' sessions into requests and out again.
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
export class Sessions<Data extends object> {
  readonly #options: SessionOptions;
  readonly #limits: TimeLimits;
  readonly #plainCookie: SessionCookie;
  readonly #secureCookie: SessionCookie;
  readonly #committer: Committer;
  readonly #trace: ChangeTrace | null;
  readonly #retries = new Retries();
  readonly #now: () => number;

  /**
   * Checks the options; no cryptography happens yet.
   *
   * @param options The store, and everything that has a default.
   * @throws {RangeError} If an option is out of range.
   * @throws {TypeError} If owners are asked for and the store keeps none.
   */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#limits = new TimeLimits(options);
    this.#secureCookie = new SessionCookie(options.cookie ?? {}, true);
    this.#plainCookie = options.cookie?.secure
      ? this.#secureCookie
      : new SessionCookie(options.cookie ?? {}, false);
    this.#trace = options.trace ? new ChangeTrace() : null;
    this.#committer = new Committer(options, this.#limits, this.#trace);
    this.#now = options.now ?? Date.now;
    if (options.owners) ownersOf(options.store);
  }

  /**
   * Answers a request: loads its session, runs the view, writes down what it changed. When another
   * request was faster, a safe request (GET, HEAD) runs again on the newer session, so that its
   * page shows what was stored; the changes of an unsafe one, and of an upgrade to a WebSocket, are
   * applied to the newer session.
   *
   * @returns The response: at once where nothing has to be waited for. Errors, the view's included,
   * are thrown as early.
   * @throws {SessionLostError} If an unsafe request's session ended or got a new id, and its changes
   * with it.
   * @throws {SessionStoreError} If the store cannot be reached, or the session is too busy.
   * @throws {SessionSizeError} If the session does not fit its place.
   */
  handle(request: Request, view: SessionView<Data>): Response | Promise<Response> {
    const timing = this.#options.serverTiming ? new ServerTiming() : null;
    return after(this.load(request), (session) => {
      timing?.mark("load");
      return after(view(session), (response) => {
        timing?.mark("view");
        const committed = after(
          this.#committer.commit(stateOf(session), response),
          (committed) => committed ?? this.#retry(session, response, isSafe(request) ? view : null),
        );
        if (timing === null) return committed;
        return after(committed, (response) => {
          timing.mark("commit");
          return timing.tell(response);
        });
      });
    });
  }

  /**
   * The session of a request, for frameworks that call the view themselves; hand it back with
   * {@linkcode Sessions.commit}. At once where nothing has to be waited for.
   *
   * @throws {SessionStoreError} If the store cannot be reached.
   */
  load(request: Request): Session<Data> | Promise<Session<Data>> {
    const cookie = isHttps(request, this.#options) ? this.#secureCookie : this.#plainCookie;
    const value = cookie.read(request);
    const loaded = value === null ? null : this.#options.store.load(value, cookie.name);
    const open = (loaded: Loaded | null): Session<Data> =>
      this.#open(request, cookie, value, loaded);
    return after(loaded, (loaded) => after(this.#fit(loaded), open));
  }

  /**
   * Writes down what a request did to its session; from then on the session is closed. When another
   * request was faster, the changes are applied to the newer session.
   *
   * @returns The response with the cookie and the cache rules that belong to it: the same one, or
   * a copy where it has no body or its headers are immutable.
   * @throws {SessionLostError} If an unsafe request's session ended or got a new id, and its changes
   * with it.
   * @throws {SessionStoreError} If the store cannot be reached, or the session is too busy.
   * @throws {SessionSizeError} If the session does not fit its place.
   */
  async commit(session: Session<Data>, response: Response): Promise<Response> {
    return await this.#committer.commit(stateOf(session), response) ??
      await this.#retry(session, response, null);
  }

  /**
   * Lists the living sessions of an account in pages; those that began last come first. The next page
   * begins after the last handle of this one: `{ before: page.at(-1)?.handle }`.
   *
   * @param owner The account, as given to `session.setOwner`.
   * @param options The session to mark as the current one, and which page.
   * @returns At most `limit` sessions, fewer only where the list ends.
   * @throws {RangeError} If the limit is not a whole number from 1 to 1000.
   * @throws {TypeError} If the store keeps no owners.
   */
  listOwned(owner: string, options: ListOwnedOptions<Data> = {}): Promise<ListedSession[]> {
    return listOwned(this.#options.store, owner, options);
  }

  /**
   * Ends the sessions of an account at once, on all machines: "sign out everywhere".
   *
   * @param owner The account, as given to `session.setOwner`.
   * @param options The session to spare.
   * @returns How many were ended.
   * @throws {TypeError} If the store keeps no owners.
   */
  destroyOwned(owner: string, options: { except?: Session<Data> } = {}): Promise<number> {
    return destroyOwned(this.#options.store, owner, options.except);
  }

  /** What can be told of a session, for the visitor whose it is. */
  inspect(session: Session<Data>): Inspection {
    const state = stateOf(session);
    state.accessed = true;
    // A value that opened nothing, as one of another cookie's name, tells nothing either.
    const lastChanges = this.#trace?.recall(state.loaded === null ? null : state.value) ?? [];
    return inspection(state, this.#options.store, this.#limits, lastChanges);
  }

  /** What was loaded, with the data that the schema makes of it. */
  #fit(loaded: Loaded | null): Loaded | null | Promise<Loaded | null> {
    const { schema, migrate } = this.#options;
    if (!loaded?.record || !schema) return loaded;
    return fitToSchema(loaded.record, { schema, migrate })
      .then((record) => record ? { ...loaded, record } : { record, reason: "invalid data" });
  }

  #open(
    request: Request,
    cookie: SessionCookie,
    value: string | null,
    loaded: Loaded | null,
  ): Session<Data> {
    const now = Math.floor(this.#now() / 1000);
    let found: FoundSession | null = null;
    let fate: SessionState["fate"] = "open";
    if (loaded !== null) {
      const refusal = loaded.record ? this.#limits.refusal(loaded.record, now) : loaded.reason;
      if (refusal === null) found = loaded as FoundSession;
      else this.#options.onRefused?.(refusal);
      if (refusal === "retired") fate = "retired";
    } else if (cookie.isWithheldFrom(request)) {
      fate = "withheld";
    }
    return new Session<Data>({
      request,
      began: begin(),
      now,
      cookie,
      value,
      loaded: found,
      hasOwners: this.#options.store.owners !== undefined,
      record: found?.record ?? blankRecord(now),
      changes: [],
      changing: false,
      accessed: false,
      regenerated: false,
      destroyed: false,
      fate,
      closed: false,
    });
  }

  async #retry(
    session: Session<Data>,
    response: Response,
    view: SessionView<Data> | null,
  ): Promise<Response> {
    const first = stateOf(session);
    return await this.#retries.run(first.value ?? "", async () => {
      const fresh = await this.load(first.request);
      const state = stateOf(fresh);
      if (state.loaded === null) lose(state);
      if (view === null) {
        replay(first, state);
      } else {
        response.body?.cancel().catch(() => {}); // nobody will read it
        response = await view(fresh);
      }
      return await this.#committer.commit(state, response);
    });
  }
}

/** Whether a view may run twice for a request: a WebSocket can be opened once only. */
function isSafe(request: Request): boolean {
  const { method } = request;
  return (method === "GET" || method === "HEAD") && !isWebSocketUpgrade(request);
}
