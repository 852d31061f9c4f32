import { assertUnanswered, markAnswered } from "../http/one_answer.ts";
import { keepPrivate } from "./cache_rules.ts";
import type { ChangeTrace } from "./change_trace.ts";
import { CookieOverflowError, SessionLostError } from "./errors.ts";
import { sizeReport } from "./record.ts";
import { MAX_COOKIE_BYTES } from "./session_cookie.ts";
import type { SessionOptions } from "./session_options.ts";
import { losesChanges, type SessionState } from "./state.ts";
import type { TimeLimits } from "./time_limits.ts";

/** The response with its cookie; null if another request changed the session meanwhile. */
export type Committed = Response | null;

const MAX_LABEL = 120;

/** Writes down what a request did to its session. */
export class Committer {
  readonly #options: SessionOptions;
  readonly #limits: TimeLimits;
  readonly #trace: ChangeTrace | null;

  /**
   * @param options The options of the sessions.
   * @param limits Decides when reading alone renews.
   * @param trace Remembers the changes, if that is wanted.
   */
  constructor(options: SessionOptions, limits: TimeLimits, trace: ChangeTrace | null) {
    this.#options = options;
    this.#limits = limits;
    this.#trace = trace;
  }

  /** Closes a session and writes it where that is needed. */
  commit(state: SessionState, response: Response): Committed | Promise<Committed> {
    if (state.closed) throw new TypeError("Cannot commit the session: it is already committed");
    state.closed = true;
    assertUnanswered(response, state.request, state.began);
    if (!state.accessed) return response;
    switch (this.#endingOf(state)) {
      case "drop":
        return this.#drop(state, response);
      case "leave":
        return dress(state, response);
      case "write":
        return this.#write(state, response);
      case "remove":
        return this.#remove(state, response);
    }
  }

  #endingOf(state: SessionState): "drop" | "leave" | "write" | "remove" {
    if (state.fate !== "open") return "drop";
    if (state.changes.length > 0) return "write";
    if (state.destroyed) return state.value === null ? "leave" : "remove";
    const { loaded, record, now } = state;
    if (loaded === null) return "leave";
    const isStale = loaded.seal?.newest === false;
    return isStale || this.#limits.isRenewalDue(record, now) ? "write" : "leave";
  }

  async #write(state: SessionState, response: Response): Promise<Committed> {
    const { cookie, now, changes } = state;
    if (changes.length > 0 || this.#limits.isRenewalDue(state.record, now)) {
      state.record = { ...state.record, renewedAt: Math.max(state.record.renewedAt, now) };
    }
    if (state.destroyed) await this.#end(state);
    const { record } = state;
    const loaded = state.destroyed ? null : state.loaded;
    const value = await this.#options.store.save({
      cookieName: cookie.name,
      value: loaded === null ? null : state.value,
      loaded,
      record,
      regenerate: state.regenerated,
      lifetime: this.#limits.lifetime(record, now),
      label: record.owner === null ? "" : this.#labelOf(state.request),
    });
    if (value === null) return null;
    const bytes = cookie.overhead + value.length;
    if (bytes > MAX_COOKIE_BYTES) {
      throw new CookieOverflowError(sizeReport(record, bytes, MAX_COOKIE_BYTES));
    }
    this.#trace?.remember(state.value, value, changes);
    const kept = dress(state, response);
    return value === state.value && !cookie.hasMaxAge ? kept : cookie.set(kept, value);
  }

  async #remove(state: SessionState, response: Response): Promise<Response> {
    await this.#end(state);
    return state.cookie.remove(dress(state, response));
  }

  /** Keeps nothing, and says so where the visitor would take it for kept. */
  async #drop(state: SessionState, response: Response): Promise<Response> {
    // The session may live on under another id: logout wins all the same.
    if (state.destroyed && state.value !== null) {
      await this.#options.store.destroy(state.value, state.cookie.name);
    }
    if (!losesChanges(state)) return dress(state, response);
    throw new SessionLostError(
      "Cannot store what the request changed: its session ended or got a new id meanwhile",
    );
  }

  async #end({ value, loaded, cookie }: SessionState): Promise<void> {
    if (value !== null && loaded !== null) await this.#options.store.destroy(value, cookie.name);
  }

  #labelOf(request: Request): string {
    const label = this.#options.label?.(request) ?? request.headers.get("user-agent") ?? "";
    return label.slice(0, MAX_LABEL);
  }
}

/** Keeps a response out of shared caches, and from answering anybody else. */
function dress(state: SessionState, response: Response): Response {
  const { changes, request } = state;
  const isOnce = changes.some(({ kind }) => kind === "takeFlash" || kind === "recallForm");
  const kept = keepPrivate(response, isOnce);
  if (kept === response) markAnswered(kept, request);
  return kept;
}
