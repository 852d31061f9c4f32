import {
  addFlash,
  type FlashMessage,
  type FlashOptions,
  isSeen,
  removeFlash,
  toQueued,
} from "./flash.ts";
import { checkLimits, type SessionLifetimes } from "./limits.ts";
import {
  blankRecord,
  freezeJson,
  type Frozen,
  type JsonValue,
  ownText,
  type SessionRecord,
} from "./record.ts";
import type { Change } from "./state.ts";
import type { RejectReason } from "./store.ts";
import { changeState, didChange, readState, SessionValues, stateOf } from "./values.ts";

/**
 * One visitor's session during one request. It has a `Map`'s methods and is saved when the response
 * is ready; from then on it is closed, and a late change throws.
 *
 * Values are JSON and come out frozen: change them with {@linkcode SessionValues.update}.
 *
 * @typeParam Data The application's values by key, so that the compiler checks both.
 * @typeParam Message The type of its flash messages. Default: text.
 *
 * @example
 * ```ts
 * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * const store = new CookieStore({ secrets: [generateSecret()] });
 * const sessions = new Sessions<{ counter: number }>({ store });
 * const session = await sessions.load(new Request("http://localhost/"));
 * session.update("counter", (counter = 0) => counter + 1);
 * assertEquals(session.get("counter"), 1);
 * ```
 */
export class Session<
  Data extends object = Record<string, JsonValue>,
  Message = string,
> extends SessionValues<Data> {
  /** Whether the visitor brought no session along. */
  get isNew(): boolean {
    return readState(stateOf(this)).loaded === null || didChange(stateOf(this), "destroy");
  }

  /**
   * Why the cookie that the visitor brought gave no session, such as `"expired"`; null if it gave
   * one, or there was none. A page can say by it that the visitor's session has ended.
   */
  get refusal(): RejectReason | null {
    return readState(stateOf(this)).refusal;
  }

  /**
   * A name for the session in logs, which opens nothing; null if the visitor brought none. In a
   * store on the server it is the handle that lists of an account's sessions show, and stays until
   * the session gets a new id. In the cookie store each write gives another one: there is no id,
   * nothing in the record is its own, and whatever were added for that would make each cookie longer.
   *
   * Reading it does not count as reading the session, so that a log can say it of any request: keep
   * it out of pages.
   */
  get handle(): string | null {
    return stateOf(this).loaded?.handle ?? null;
  }

  /** When the session began. */
  get createdAt(): Date {
    return new Date(this.#record.createdAt * 1000);
  }

  /** When the session was last written, before this request. */
  get renewedAt(): Date {
    return new Date(this.#record.renewedAt * 1000);
  }

  /** The account that the session belongs to, or null. */
  get owner(): string | null {
    return this.#record.owner;
  }

  /**
   * Queues a message for the next page that the visitor sees. At most 32 wait, the oldest goes.
   *
   * @param message The text; where the sessions take `jsonMessages`, JSON.
   * @param options How it is meant, and whether it may wait twice.
   * @throws {TypeError} If the message is something else, an option is unknown, or the session is
   * already saved.
   */
  flash(message: Frozen<Message>, options: FlashOptions = {}): this {
    const added = toQueued(message, options, stateOf(this).context.jsonMessages);
    const { allowDuplicate = true } = options;
    return this.#change("flash", added.level, (record) => {
      return { ...record, flash: addFlash(record.flash, added, allowDuplicate) };
    });
  }

  /**
   * Returns the messages that wait, of the given levels or of all, in order; they go on waiting.
   */
  peekFlash(levels?: string | readonly string[]): FlashMessage<Message>[] {
    const wanted = typeof levels === "string" ? [levels] : levels;
    return this.#record.flash.filter(({ level }) => wanted?.includes(level) ?? true)
      .map(({ level, message }) => { // as objects of the caller's own, since requests share the queue
        return { level, message: freezeJson(message) as Frozen<Message> };
      });
  }

  /**
   * Returns the messages that wait, of the given levels or of all, in order, as shown. A request
   * whose page nobody sees (HEAD, prefetch, prerender, subresource) gets none, and they wait on; so
   * they do where the answer has no page (a redirect, 204, 205, 304).
   */
  takeFlash(levels?: string | readonly string[]): FlashMessage<Message>[] {
    const shown = isSeen(readState(stateOf(this)).request) ? this.peekFlash(levels) : [];
    if (shown.length > 0) {
      const taken = shown.map((message) => ({ ...message })); // the caller may change what it gets
      this.#change("takeFlash", undefined, (record) => {
        return { ...record, flash: removeFlash(record.flash, taken as FlashMessage<JsonValue>[]) };
      });
    }
    return shown;
  }

  /**
   * Gives the session a new id and a new CSRF secret, and lets it begin now, so that the absolute
   * timeout counts from here; it keeps its values. The old id and the tokens made so far are dead. To
   * be called whenever the visitor's rights change, as at sign-in (session fixation, OWASP ASVS 5.0,
   * 7.2.4).
   */
  regenerate(): void {
    const { now } = stateOf(this);
    this.#change("regenerate", undefined, (record) => ({ ...record, csrf: null, createdAt: now }));
  }

  /** Ends the session. What is stored after that belongs to a new one. */
  destroy(): void {
    const state = stateOf(this);
    this.#change("destroy", undefined, () => blankRecord(state.now));
    state.changes = state.changes.slice(-1); // nobody will ask for what was done to it before
  }

  /**
   * Sets the account that the session belongs to, at sign-in, or null at sign-out. The session gets
   * a new id if it is another account than before; for the rest, call {@linkcode Session.regenerate}.
   *
   * @throws {TypeError} If the store keeps no owners, as the cookie store does.
   */
  setOwner(owner: string | null): this {
    if (stateOf(this).context.store.owners === undefined) {
      throw new TypeError("Cannot set the session's owner: its store keeps no owners");
    }
    const kept = owner === null ? null : ownText(owner);
    return this.#change("owner", undefined, (record) => ({ ...record, owner: kept }));
  }

  /**
   * Gives this session lifetimes of its own, as for "remember me", or an administrator's short
   * ones. They stay with it, also under a new id, until it is destroyed or given others; `{}` gives
   * the application's back. The absolute one counts from the session's beginning.
   *
   * @param lifetimes The lifetimes in seconds; those that are left out agree with the others.
   * @throws {RangeError} If one is not a whole number of seconds from 1, or two contradict each
   * other: `maxAge` may not be longer than `idle`, nor any of the two longer than `absolute`.
   *
   * @example
   * ```ts
   * import { CookieStore, generateSecret, Sessions } from "@satchel/satchel";
   * import { assertMatch } from "@std/assert";
   *
   * const sessions = new Sessions({ store: new CookieStore({ secrets: [generateSecret()] }) });
   * const response = await sessions.handle(new Request("http://localhost/"), (session) => {
   *   session.regenerate();
   *   session.remember({ maxAge: 30 * 86_400 }); // idle for as long
   *   return new Response("Welcome");
   * });
   * assertMatch(response.headers.getSetCookie().join(), /Max-Age=2592000/);
   * ```
   */
  remember({ idle, absolute, maxAge }: SessionLifetimes): this {
    const limits = { maxAge, idle, absolute };
    checkLimits(limits);
    return this.#change("remember", undefined, (record) => ({ ...record, limits }));
  }

  get #record(): SessionRecord {
    return readState(stateOf(this)).record;
  }

  #change(kind: Change["kind"], key: string | undefined, apply: Change["apply"]): this {
    changeState(stateOf(this), kind, key, apply);
    return this;
  }
}

/** A function that answers a request, given its session. Throwing a `Response` returns it. */
export type SessionView<Data extends object, Message = string> = (
  session: Session<Data, Message>,
) => Response | Promise<Response>;
