import { encodeUtf8 } from "../seal/bytes.ts";
import type { SizeReport } from "./errors.ts";
import type { FlashMessage } from "./flash.ts";
import type { SessionLifetimes } from "./limits.ts";

/**
 * What is kept of a visitor between two requests. Times are in seconds since the Unix epoch. A
 * record never changes, so requests can share it: a change makes a new one.
 */
export interface SessionRecord {
  /** The application's values by key. */
  readonly data: Readonly<Record<string, JsonValue>>;
  /** The messages that wait for the next page. */
  readonly flash: readonly FlashMessage<JsonValue>[];
  /** The secret behind the CSRF tokens, base64url; null until one was asked for. */
  readonly csrf: string | null;
  /** When the session began. */
  readonly createdAt: number;
  /** When the session was last written. */
  readonly renewedAt: number;
  /** The account that the session belongs to, in stores that know accounts. */
  readonly owner: string | null;
  /** Refused forms that wait for their pages: name and content, oldest first. */
  readonly forms: readonly (readonly [name: string, form: JsonValue])[];
  /** The session's own lifetimes; null: it has the application's. */
  readonly limits: SessionLifetimes | null;
}

/** Makes a record with nothing in it; `now` is in seconds since the Unix epoch. */
export function blankRecord(now: number): SessionRecord {
  return {
    data: {},
    flash: [],
    csrf: null,
    createdAt: now,
    renewedAt: now,
    owner: null,
    forms: [],
    limits: null,
  };
}

/** Returns the value of a key, or undefined: never a property that every object inherits. */
export function valueOf({ data }: SessionRecord, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/**
 * Writes a record as text, as short as JSON allows, since cookies are small:
 * `[createdAt, renewedAt - createdAt, data, [level, message, …], csrf, owner, forms, limits]`,
 * without the empty fields at the end.
 */
export function encodeRecord(record: SessionRecord): string {
  const { createdAt, renewedAt, data, flash, csrf, owner, forms, limits } = record;
  const fields = [createdAt, renewedAt - createdAt, data, flat(flash), csrf, owner, forms, limits];
  const isEmpty = (field: unknown): boolean =>
    field === null || Array.isArray(field) && field.length === 0;
  while (fields.length > 3 && isEmpty(fields.at(-1))) fields.pop();
  return JSON.stringify(fields);
}

/** Reads what {@linkcode encodeRecord} wrote; null if the text is something else. */
export function decodeRecord(text: string): SessionRecord | null {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(fields)) return null;
  const [createdAt, age, data, parts = [], csrf = null, owner = null, ...rest] = fields;
  const [forms = [], limits = null] = rest;
  const isRecord = Number.isSafeInteger(createdAt) && Number.isSafeInteger(age) &&
    typeof data === "object" && data !== null && !Array.isArray(data) &&
    Array.isArray(parts) && parts.length % 2 === 0 &&
    parts.every((part, i) => i % 2 || isText(part)) &&
    (csrf === null || isText(csrf)) && (owner === null || isText(owner)) && Array.isArray(forms) &&
    forms.every((form) => Array.isArray(form) && form.length === 2 && isText(form[0])) &&
    Object.values(limits ?? {}).every((it) => it === null || Number.isSafeInteger(it));
  if (!isRecord) return null;
  const flash = parts.flatMap((level, i) => i % 2 ? [] : { level, message: parts[i + 1] });
  return { data, flash, csrf, createdAt, renewedAt: createdAt + age, owner, forms, limits };
}

/**
 * Measures the parts of a record in bytes of JSON with their keys, largest first: the values, the
 * messages and forms that wait, and the owner.
 */
export function sizesOf(
  { data, flash, forms, owner }: SessionRecord,
): { key: string; bytes: number }[] {
  const parts: [string, unknown][] = Object.entries(data);
  if (flash.length > 0) parts.push(["flash messages", flat(flash)]);
  if (forms.length > 0) parts.push(["remembered forms", forms]);
  if (owner !== null) parts.push(["owner", owner]);
  return parts
    .map(([key, value]) => ({ key, bytes: byteLength(JSON.stringify({ [key]: value })) - 1 }))
    .sort((one, other) => other.bytes - one.bytes);
}

/** Reports the size of a record that is too large, and its largest parts. */
export function sizeReport(record: SessionRecord, bytes: number, limit: number): SizeReport {
  return { bytes, limit, largest: sizesOf(record).slice(0, 3) };
}

/** Returns the length of a text in UTF-8. */
export function byteLength(text: string): number {
  return encodeUtf8(text).length;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function flat(queue: readonly FlashMessage<JsonValue>[]): JsonValue[] {
  return queue.flatMap(({ level, message }) => [level, message]);
}

/**
 * A value that a session can hold: any that JSON has (RFC 8259). A property that is undefined is left
 * out.
 */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * A value as the session takes it and hands it out: JSON that cannot be changed. A type that is not
 * JSON turns into a text that says so, which no value of that type fits: a date, a map, a set, a
 * function, a bigint, an instance of a class that has methods or private members. In a list nothing
 * is undefined, and what is `unknown` is any JSON.
 */
export type Frozen<T> = JsonValue extends T ? JsonValue | (undefined extends T ? undefined : never)
  : T extends string | number | boolean | null | undefined ? T
  : T extends readonly unknown[] ? { readonly [Key in keyof T]: Exclude<Frozen<T[Key]>, undefined> }
  : [keyof T] extends [never] ? Extract<JsonValue, object>
  : {
    [Key in keyof T]: T[Key] extends infer Value
      ? Value extends (...given: never[]) => unknown ? 0 : Value
      : never;
  } extends T & object ? { readonly [Key in keyof T]: Frozen<T[Key]> }
  : "Cannot store this in a session: it is not JSON";

/** Nesting beyond this is a mistake, and would overflow the stack long before the cookie. */
const MAX_DEPTH = 64;

/**
 * Values already known to be JSON and frozen all the way down, so that no tree is walked twice, with
 * their levels: a value that is put into another must not nest without end.
 */
const settled = new WeakMap<object, number>();

/**
 * Copies a value into the form that a session keeps: plain JSON, frozen all the way down. A property
 * that is undefined is left out, as JSON.stringify does; in a list, of which it would make null, it is
 * refused.
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
  if (ancestors.includes(value)) fail("a cycle is not JSON");
  if (ancestors.length + (settled.get(value) ?? 1) > MAX_DEPTH) {
    fail(`it has more than ${MAX_DEPTH} levels`);
  }
  if (settled.has(value)) return value as JsonValue;
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
    Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, toJsonValue(item, `${path}.${key}`, inside)]]
    ),
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
  let inside = 0;
  for (const inner of Object.values(value)) inside = Math.max(inside, settled.get(inner) ?? 0);
  settled.set(value, inside + 1);
  return Object.freeze(value);
}
