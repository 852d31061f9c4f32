/** A value that a session can hold: any that JSON has (RFC 8259). */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A value as the session hands it out: readable all the way down, changeable nowhere. */
export type Frozen<T> = T extends string | number | boolean | null | undefined ? T
  : T extends readonly (infer Item)[] ? readonly Frozen<Item>[]
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Nesting beyond this is a mistake, and would overflow the stack long before the cookie. */
const MAX_DEPTH = 64;

/** Values already known to be JSON and frozen all the way down, so that no tree is walked twice. */
const settled = new WeakSet<object>();

/**
 * Copies a value into the form that a session keeps: plain JSON, frozen all the way down.
 *
 * @param value The value to keep.
 * @param path Where the value stands, for the error message.
 * @param ancestors The objects around the value.
 * @returns A frozen copy; the caller's own objects stay as they are.
 * @throws {TypeError} If the value is not JSON; the message names the path of the part that is not.
 */
export function toJsonValue(
  value: unknown,
  path: string,
  ancestors: readonly unknown[] = [],
): JsonValue {
  const fail = (found: string): never => {
    throw new TypeError(`Cannot store session value at ${path}: ${found}`);
  };
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return ownText(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) fail(`${value} is not JSON`);
    return value === 0 ? 0 : value; // JSON has one zero
  }
  if (typeof value !== "object") {
    return fail(`${value === undefined ? "" : "a "}${typeof value} is not JSON`);
  }
  if (settled.has(value)) return value as JsonValue;
  if (ancestors.includes(value)) fail("a cycle is not JSON");
  if (ancestors.length === MAX_DEPTH) fail(`it has more than ${MAX_DEPTH} levels`);
  const inside = [...ancestors, value];
  if (Array.isArray(value)) {
    // Array.from also visits the holes of a sparse array, which JSON cannot say.
    return settle(Array.from(value, (item, i) => toJsonValue(item, `${path}[${i}]`, inside)));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    fail(`a ${prototype.constructor?.name || "class instance"} is not JSON`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) fail("a symbol key is not JSON");
  return settle(Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toJsonValue(item, `${path}.${key}`, inside)]),
  ));
}

/**
 * Freezes a value that came out of `JSON.parse`, all the way down, in place.
 *
 * @param value The value to freeze.
 * @returns The same value.
 */
export function freezeJson<T>(value: T): T {
  if (typeof value !== "object" || value === null || settled.has(value)) return value;
  for (const inner of Object.values(value)) freezeJson(inner);
  return settle(value);
}

/**
 * Copies a text. One that was cut out of a larger text, such as a trimmed form field, may be a
 * slice that keeps all of it in memory, and sessions are cached for long.
 */
export function ownText(text: string): string {
  return ` ${text}`.slice(1);
}

function settle<T extends object>(value: T): T {
  settled.add(value);
  return Object.freeze(value);
}
