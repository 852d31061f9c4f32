import type { SizeReport } from "./errors.ts";
import type { FlashMessage } from "./flash.ts";
import type { JsonValue } from "./json.ts";

/**
 * What is kept of a visitor between two requests. Times are in seconds since the Unix epoch. A record
 * never changes, so requests can share it: a change makes a new one.
 */
export interface SessionRecord {
  /** The application's values by key. */
  readonly data: Readonly<Record<string, JsonValue>>;
  /** The messages that wait for the next page. */
  readonly flash: readonly FlashMessage[];
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
}

/** Makes a record with nothing in it; `now` is in seconds since the Unix epoch. */
export function blankRecord(now: number): SessionRecord {
  const empty = { data: {}, flash: [], csrf: null, owner: null, forms: [] };
  return { ...empty, createdAt: now, renewedAt: now };
}

/** The value of a key, or undefined: never what every object inherits. */
export function valueOf({ data }: SessionRecord, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/**
 * Writes a record as text, as short as JSON allows, since cookies are small:
 * `[createdAt, renewedAt - createdAt, data, [level, message, …], csrf, owner, forms]`, without the
 * empty fields at the end.
 */
export function encodeRecord(record: SessionRecord): string {
  const { createdAt, renewedAt, data, flash, csrf, owner, forms } = record;
  const fields: unknown[] = [createdAt, renewedAt - createdAt, data];
  if (forms.length > 0) fields.push(flat(flash), csrf, owner, forms);
  else if (owner !== null) fields.push(flat(flash), csrf, owner);
  else if (csrf !== null) fields.push(flat(flash), csrf);
  else if (flash.length > 0) fields.push(flat(flash));
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
  const [createdAt, age, data, flash = [], csrf = null, owner = null, forms = []] = fields;
  const isRecord = Number.isSafeInteger(createdAt) && Number.isSafeInteger(age) &&
    isObject(data) && isTextOrNull(csrf) && isTextOrNull(owner) &&
    Array.isArray(flash) && flash.length % 2 === 0 &&
    flash.every((part) => typeof part === "string") && Array.isArray(forms) &&
    forms.every((form) => Array.isArray(form) && form.length === 2 && typeof form[0] === "string");
  if (!isRecord) return null;
  return { data, flash: paired(flash), csrf, createdAt, renewedAt: createdAt + age, owner, forms };
}

/**
 * Measures the parts of a record in bytes of JSON with their keys, largest first: the values, and
 * the messages and forms that wait.
 */
export function sizesOf({ data, flash, forms }: SessionRecord): { key: string; bytes: number }[] {
  const parts: [string, unknown][] = Object.entries(data);
  if (flash.length > 0) parts.push(["flash messages", flat(flash)]);
  if (forms.length > 0) parts.push(["remembered forms", forms]);
  return parts
    .map(([key, value]) => ({ key, bytes: byteLength(JSON.stringify({ [key]: value })) - 1 }))
    .sort((one, other) => other.bytes - one.bytes);
}

/** Reports the size of a record that is too large, and its largest parts. */
export function sizeReport(record: SessionRecord, bytes: number, limit: number): SizeReport {
  return { bytes, limit, largest: sizesOf(record).slice(0, 3) };
}

/** The length of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function flat(queue: readonly FlashMessage[]): string[] {
  return queue.flatMap(({ level, message }) => [level, message]);
}

function paired(parts: readonly string[]): FlashMessage[] {
  const queue: FlashMessage[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    queue.push({ level: String(parts[index]), message: String(parts[index + 1]) });
  }
  return queue;
}
