import { addFlash, type FlashMessage, type FlashOptions, isSeen, removeFlash } from "./flash.ts";
import {
  blankRecord,
  freezeJson,
  type Frozen,
  type JsonValue,
  ownText,
  type SessionRecord,
  toJsonValue,
  valueOf,
} from "./record.ts";
import { type Change, changeState, didChange, readState, type SessionState } from "./state.ts";

/** Returns the state behind a session, for the library itself. */
export let stateOf: <Data extends object>(session: Session<Data>) => SessionState;

/**
 * One visitor's session during one request. It has a `Map`'s methods and is saved when the response
 * is ready; from then on it is closed, and a late change throws.
 *
 * Values are JSON and come out frozen: change them with {@linkcode Session.update}.
 *
 * @typeParam Data The application's values by key, so that the compiler checks both.
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
export class Session<Data extends object = Record<string, JsonValue>> {
  readonly #state: SessionState;

  static {
    stateOf = (session) => session.#state;
  }

  /**
   * Made by `Sessions.load` alone.
   *
   * @param state The loaded state.
   * @internal
   */
  constructor(state: SessionState) {
    this.#state = state;
  }

  /** Whether the visitor brought no session along. */
  get isNew(): boolean {
    return readState(this.#state).loaded === null || didChange(this.#state, "destroy");
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

  /** How many values there are. */
  get size(): number {
    return Object.keys(this.#record.data).length;
  }

  /** Returns the value of a key, frozen, or undefined. */
  get<Key extends keyof Data & string>(key: Key): Frozen<Data[Key]> | undefined {
    return freezeJson(valueOf(this.#record, key)) as Frozen<Data[Key]> | undefined;
  }

  /** Returns whether a key has a value. */
  has(key: keyof Data & string): boolean {
    return Object.hasOwn(this.#record.data, key);
  }

  /** Returns the keys, in the order in which they were first set; whole numbers come first. */
  keys(): IterableIterator<keyof Data & string> {
    return Object.keys(this.#record.data).values() as IterableIterator<keyof Data & string>;
  }

  /** Returns the keys with their values, frozen. */
  entries(): IterableIterator<[keyof Data & string, Frozen<Data[keyof Data]>]> {
    const entries = Object.entries(freezeJson(this.#record.data)).values();
    return entries as IterableIterator<[keyof Data & string, Frozen<Data[keyof Data]>]>;
  }

  /**
   * Sets a value. It replaces what a parallel request stores under the same key meanwhile: where
   * the new value depends on the old one, use {@linkcode Session.update}.
   *
   * @throws {TypeError} If the value is not JSON, or the session is already saved.
   */
  set<Key extends keyof Data & string>(
    key: Key,
    value: Frozen<Exclude<Data[Key], undefined>>,
  ): this {
    const kept = toJsonValue(value, key);
    return this.#change("set", key, (record) => withValue(record, key, kept));
  }

  /**
   * Sets a value that depends on the present one. The function may run again, on a newer value,
   * when a parallel request was faster; so no increment is lost. It may read the session, and
   * change it by its result alone.
   *
   * @throws {TypeError} If the new value is not JSON, the function changes the session by itself,
   * or the session is already saved.
   */
  update<Key extends keyof Data & string>(
    key: Key,
    update: (value: Frozen<Data[Key]> | undefined) => Frozen<Exclude<Data[Key], undefined>>,
  ): this {
    return this.#change("update", key, (record) => {
      const value = freezeJson(valueOf(record, key)) as Frozen<Data[Key]> | undefined;
      return withValue(record, key, toJsonValue(update(value), key));
    });
  }

  /** Deletes a value; returns whether there was one. */
  delete(key: keyof Data & string): boolean {
    if (!this.has(key)) return false;
    this.#change("delete", key, (record) => {
      const { [key]: _, ...data } = record.data;
      return { ...record, data };
    });
    return true;
  }

  /** Deletes all values; messages, remembered forms, the CSRF secret and the owner stay. */
  clear(): void {
    if (this.size > 0) this.#change("clear", undefined, (record) => ({ ...record, data: {} }));
  }

  /** Queues a message for the next page that the visitor sees. At most 32 wait, the oldest goes. */
  flash(message: string, { level = "info", allowDuplicate = true }: FlashOptions = {}): this {
    const added = { level: ownText(level), message: ownText(String(message)) };
    return this.#change("flash", added.level, (record) => {
      return { ...record, flash: addFlash(record.flash, added, allowDuplicate) };
    });
  }

  /**
   * Returns the messages that wait, of the given levels or of all, in order; they go on waiting.
   */
  peekFlash(levels?: string | readonly string[]): FlashMessage[] {
    const wanted = typeof levels === "string" ? [levels] : levels;
    return this.#record.flash.filter(({ level }) => wanted?.includes(level) ?? true)
      .map((message) => ({ ...message })); // requests share the queue
  }

  /**
   * Returns the messages that wait, of the given levels or of all, in order, as shown. A request
   * whose page nobody sees (HEAD, prefetch, prerender, subresource) gets them and leaves them.
   */
  takeFlash(levels?: string | readonly string[]): FlashMessage[] {
    const shown = this.peekFlash(levels);
    if (shown.length > 0 && isSeen(this.#state.request)) {
      const taken = this.peekFlash(levels); // the caller may change what it gets
      this.#change("takeFlash", undefined, (record) => {
        return { ...record, flash: removeFlash(record.flash, taken) };
      });
    }
    return shown;
  }

  /**
   * Gives the session a new id and keeps its values; the old id is dead. To be called whenever the
   * visitor's rights change, as at sign-in (session fixation, OWASP ASVS 5.0, 7.2.4).
   */
  regenerate(): void {
    this.#change("regenerate", undefined, (record) => record);
  }

  /** Ends the session. What is stored after that belongs to a new one. */
  destroy(): void {
    const state = this.#state;
    this.#change("destroy", undefined, () => blankRecord(state.now));
    state.changes = state.changes.slice(-1); // nobody will ask for what was done to it before
  }

  /**
   * Sets the account that the session belongs to, at sign-in, or null at sign-out.
   *
   * @throws {TypeError} If the store keeps no owners, as the cookie store does.
   */
  setOwner(owner: string | null): this {
    if (this.#state.context.store.owners === undefined) {
      throw new TypeError("Cannot set the session's owner: its store keeps no owners");
    }
    const kept = owner === null ? null : ownText(owner);
    return this.#change("owner", undefined, (record) => ({ ...record, owner: kept }));
  }

  get #record(): SessionRecord {
    return readState(this.#state).record;
  }

  #change(kind: Change["kind"], key: string | undefined, apply: Change["apply"]): this {
    changeState(this.#state, kind, key, apply);
    return this;
  }
}

function withValue(record: SessionRecord, key: string, value: JsonValue): SessionRecord {
  return { ...record, data: { ...record.data, [key]: value } };
}
