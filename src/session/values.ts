import {
  freezeJson,
  type Frozen,
  type JsonValue,
  type SessionRecord,
  toJsonValue,
  valueOf,
} from "./record.ts";
import type { Change, SessionState } from "./state.ts";

/** Returns the state behind a session, for the library itself. */
export let stateOf: <Data extends object>(session: SessionValues<Data>) => SessionState;

/**
 * The values of a session: a `Map` whose keys are texts and whose values are JSON.
 *
 * @typeParam Data The application's values by key, so that the compiler checks both.
 */
export abstract class SessionValues<Data extends object> {
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
  keys(): MapIterator<keyof Data & string> {
    return Object.keys(this.#record.data).values() as MapIterator<
      keyof Data & string
    >;
  }

  /** Returns the values, frozen, in the order of their keys. */
  values(): MapIterator<Exclude<Frozen<Data[keyof Data & string]>, undefined>> {
    const values: Iterable<unknown> = Object.values(freezeJson(this.#record.data)).values();
    return values as MapIterator<Exclude<Frozen<Data[keyof Data & string]>, undefined>>;
  }

  /** Returns the keys with their values, frozen, as they are now: later changes do not show. */
  entries(): MapIterator<
    [keyof Data & string, Exclude<Frozen<Data[keyof Data & string]>, undefined>]
  > {
    const entries: Iterable<unknown> = Object.entries(freezeJson(this.#record.data)).values();
    return entries as MapIterator<
      [keyof Data & string, Exclude<Frozen<Data[keyof Data & string]>, undefined>]
    >;
  }

  /** Returns the keys with their values, as {@linkcode SessionValues.entries} does. */
  [Symbol.iterator](): MapIterator<
    [keyof Data & string, Exclude<Frozen<Data[keyof Data & string]>, undefined>]
  > {
    return this.entries();
  }

  /** Calls a function with each value and its key, in the order of the keys. */
  forEach(
    call: (
      value: Exclude<Frozen<Data[keyof Data & string]>, undefined>,
      key: keyof Data & string,
      session: this,
    ) => void,
    thisArg?: unknown,
  ): void {
    for (const [key, value] of this) call.call(thisArg, value, key, this);
  }

  /**
   * Sets a value. It replaces what a parallel request stores under the same key meanwhile: where
   * the new value depends on the old one, use {@linkcode SessionValues.update}.
   *
   * @throws {TypeError} If the value is not JSON, or the session is already saved.
   */
  set<Key extends keyof Data & string, Value = unknown>(
    key: Key,
    value: Exclude<Frozen<JsonValue extends Data[Key] ? Value : Data[Key]>, undefined>,
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
  update<Key extends keyof Data & string, Value = unknown>(
    key: Key,
    update: (
      value: Frozen<Data[Key]> | undefined,
    ) => Exclude<Frozen<JsonValue extends Data[Key] ? Value : Data[Key]>, undefined>,
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

/**
 * Marks a session as read, so that its response is kept out of public caches.
 *
 * @throws {TypeError} If the response is committed and was not marked.
 */
export function readState(state: SessionState): SessionState {
  if (state.closed && !state.accessed) {
    const where = "its response is already committed, perhaps for a public cache";
    throw new TypeError(`Cannot read the session: ${where}`);
  }
  state.accessed = true;
  return state;
}

/**
 * Changes a session, and keeps the change for a newer record that the write may meet.
 *
 * @throws {TypeError} If the response is committed, or a function given to `update` runs.
 */
export function changeState(
  state: SessionState,
  kind: Change["kind"],
  key: string | undefined,
  apply: Change["apply"],
): void {
  const why = state.closed
    ? "its response is already committed"
    : state.changing && "a function given to update is running";
  if (why) throw new TypeError(`Cannot change the session: ${why}`);
  state.accessed = state.changing = true;
  try {
    state.record = apply(state.record);
  } finally {
    state.changing = false;
  }
  state.changes.push({ kind, key, apply });
}

/** Returns whether a request made a change of some kind. */
export function didChange({ changes }: SessionState, kind: Change["kind"]): boolean {
  return changes.some((change) => change.kind === kind);
}
