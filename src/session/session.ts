import {
  type Change,
  clearChange,
  csrfChange,
  deleteChange,
  flashChange,
  ownerChange,
  regenerateChange,
  setChange,
  takeFlashChange,
  updateChange,
} from "./change.ts";
import { findFlash, type FlashMessage, type FlashOptions, isSeen } from "./flash.ts";
import { freezeJson, type Frozen, type JsonValue } from "./json.ts";
import { blankRecord, valueOf } from "./record.ts";
import { changeState, readState, type SessionState, writableState } from "./state.ts";

/** The state behind a session, for the library's own rooms. */
export let stateOf: <Data extends object>(session: Session<Data>) => SessionState;

/**
 * The memory of one visitor during one request. It answers like a `Map` and is written down when
 * the response is ready; from then on it is closed, and a late change throws.
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
   * @param state What the manager loaded.
   * @internal
   */
  constructor(state: SessionState) {
    this.#state = state;
  }

  /** Whether the visitor brought no session along. */
  get isNew(): boolean {
    return this.#read().loaded === null || this.#state.destroyed;
  }

  /** When the session began. */
  get createdAt(): Date {
    return new Date(this.#read().record.createdAt * 1000);
  }

  /** When the session was last written, before this request. */
  get renewedAt(): Date {
    return new Date(this.#read().record.renewedAt * 1000);
  }

  /** The account that the session belongs to, or null. */
  get owner(): string | null {
    return this.#read().record.owner;
  }

  /** How many values there are. */
  get size(): number {
    return Object.keys(this.#read().record.data).length;
  }

  /** What this request did to the session so far, in order. */
  get changes(): readonly Change[] {
    return this.#state.changes;
  }

  /** The value of a key, frozen, or undefined. */
  get<Key extends keyof Data & string>(key: Key): Frozen<Data[Key]> | undefined {
    return freezeJson(valueOf(this.#read().record, key)) as Frozen<Data[Key]> | undefined;
  }

  /** Whether a key has a value. */
  has(key: keyof Data & string): boolean {
    return Object.hasOwn(this.#read().record.data, key);
  }

  /** The keys, in the order in which they were first set; but whole numbers come first. */
  keys(): IterableIterator<keyof Data & string> {
    return Object.keys(this.#read().record.data).values() as IterableIterator<keyof Data & string>;
  }

  /** The keys with their values, frozen. */
  *entries(): IterableIterator<[keyof Data & string, Frozen<Data[keyof Data]>]> {
    for (const [key, value] of Object.entries(this.#read().record.data)) {
      yield [key as keyof Data & string, freezeJson(value) as Frozen<Data[keyof Data]>];
    }
  }

  /**
   * Keeps a value. What a parallel request stores under the same key meanwhile is replaced: where
   * the new value depends on the old one, use {@linkcode Session.update}.
   *
   * @throws {TypeError} If the value is not JSON, or the response is already committed.
   */
  set<Key extends keyof Data & string>(
    key: Key,
    value: Frozen<Exclude<Data[Key], undefined>>,
  ): this {
    return this.#change(setChange(key, value));
  }

  /**
   * Makes a new value out of the present one. The function may run again, on a newer value, when a
   * parallel request was faster; so no increment is lost. It may read the session, and change it by
   * its result alone.
   *
   * @throws {TypeError} If the new value is not JSON, the function changes the session by itself, or
   * the response is already committed.
   */
  update<Key extends keyof Data & string>(
    key: Key,
    update: (value: Frozen<Data[Key]> | undefined) => Frozen<Exclude<Data[Key], undefined>>,
  ): this {
    return this.#change(updateChange(key, update as (value: JsonValue | undefined) => unknown));
  }

  /**
   * Forgets a value.
   *
   * @returns Whether there was one.
   */
  delete(key: keyof Data & string): boolean {
    if (!this.has(key)) return false;
    this.#change(deleteChange(key));
    return true;
  }

  /** Forgets all values; flash messages, refused forms, the CSRF secret and the owner stay. */
  clear(): void {
    if (this.size > 0) this.#change(clearChange());
  }

  /** Queues a message for the next page that the visitor sees. At most 32 wait, the oldest goes. */
  flash(message: string, { level = "info", allowDuplicate = true }: FlashOptions = {}): this {
    return this.#change(flashChange({ level, message: String(message) }, allowDuplicate));
  }

  /** The messages that wait, of the given levels or of all, in order; they go on waiting. */
  peekFlash(levels?: string | readonly string[]): FlashMessage[] {
    return findFlash(this.#read().record.flash, levels);
  }

  /**
   * The messages that wait, of the given levels or of all, in order; now they are shown. A request
   * whose page nobody sees (HEAD, prefetch, prerender, subresource) gets them and leaves them.
   */
  takeFlash(levels?: string | readonly string[]): FlashMessage[] {
    const shown = this.peekFlash(levels);
    if (shown.length > 0 && isSeen(this.#state.request)) {
      this.#change(takeFlashChange(this.peekFlash(levels))); // what is given away may be changed
    }
    return shown;
  }

  /**
   * Gives the session a new id and keeps its values; the old id is dead. To be called whenever the
   * visitor's rights change, as at sign-in (session fixation, OWASP ASVS 5.0, 7.2.4).
   */
  regenerate(): void {
    this.#change(regenerateChange());
    this.#state.regenerated = true;
  }

  /** Ends the session. What is stored after that belongs to a new one. */
  destroy(): void {
    const state = writableState(this.#state);
    state.record = blankRecord(state.now);
    state.changes = [];
    state.regenerated = false;
    state.destroyed = true;
  }

  /**
   * Says which account the session belongs to, at sign-in, or null at sign-out.
   *
   * @throws {TypeError} If the store keeps no owners, as the cookie store does.
   */
  setOwner(owner: string | null): this {
    if (!this.#state.hasOwners) {
      throw new TypeError("Cannot set the session's owner: its store keeps no owners");
    }
    return this.#change(ownerChange(owner));
  }

  /** The secret behind the CSRF tokens, base64url, or null until one was drawn. See `csrfToken`. */
  get csrf(): string | null {
    return this.#read().record.csrf;
  }

  /** Draws a new secret for CSRF tokens. Of parallel requests that draw the first, one is kept. */
  drawCsrf(): string {
    const secret = crypto.getRandomValues(new Uint8Array(32))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    this.#change(csrfChange(secret, this.csrf !== null));
    return secret;
  }

  #read(): SessionState {
    return readState(this.#state);
  }

  #change(change: Change): this {
    changeState(this.#state, change);
    return this;
  }
}
