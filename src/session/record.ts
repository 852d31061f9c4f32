import type { SizeReport } from "./errors.ts";
import type { FlashMessage } from "./flash.ts";
import { listForms, NO_FORMS, readForms, type RememberedForm } from "./forms.ts";
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
  /** The refused forms that wait for their pages, by the name of the form, the oldest first. */
  readonly forms: ReadonlyMap<string, RememberedForm>;
  /** The secret behind the CSRF tokens, base64url; null until one was asked for. */
  readonly csrf: string | null;
  /** When the session began. */
  readonly createdAt: number;
  /** When the session was last written. */
  readonly renewedAt: number;
  /** The account that the session belongs to, in stores that know accounts. */
  readonly owner: string | null;
}

/**
 * A record with nothing in it.
 *
 * @param now The present, in seconds since the Unix epoch.
 * @returns The record.
 */
export function blankRecord(now: number): SessionRecord {
  return {
    data: {},
    flash: [],
    forms: NO_FORMS,
    csrf: null,
    createdAt: now,
    renewedAt: now,
    owner: null,
  };
}

/** The value of a key, or undefined: never what every object inherits. */
export function valueOf({ data }: SessionRecord, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/**
 * Writes a record as text, as short as JSON allows, since cookies are small:
 * `[createdAt, renewedAt - createdAt, data, [level, message, …], csrf, owner, forms]`, without the
 * empty fields at the end.
 *
 * @param record The record.
 * @returns The text.
 */
export function encodeRecord(record: SessionRecord): string {
  const { data, flash, csrf, owner, forms, createdAt, renewedAt } = record;
  const fields: unknown[] = [createdAt, renewedAt - createdAt, data];
  if (forms.size > 0) fields.push(flat(flash), csrf, owner, listForms(forms));
  else if (owner !== null) fields.push(flat(flash), csrf, owner);
  else if (csrf !== null) fields.push(flat(flash), csrf);
  else if (flash.length > 0) fields.push(flat(flash));
  return JSON.stringify(fields);
}

/**
 * Reads what {@linkcode encodeRecord} wrote.
 *
 * @param text The text.
 * @returns The record, or null if the text is not one.
 */
export function decodeRecord(text: string): SessionRecord | null {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(fields)) return null;
  const [createdAt, age, data, flash = [], csrf = null, owner = null, lists] = fields;
  if (!Number.isSafeInteger(createdAt) || !Number.isSafeInteger(age)) return null;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  if (!Array.isArray(flash) || flash.length % 2 !== 0) return null;
  if (!flash.every((part) => typeof part === "string")) return null;
  if (!isText(csrf) || !isText(owner)) return null;
  const forms = lists === undefined ? NO_FORMS : readForms(lists);
  if (forms === null) return null;
  return {
    data,
    flash: paired(flash),
    forms,
    csrf,
    createdAt,
    renewedAt: createdAt + age,
    owner,
  };
}

/**
 * Measures the parts of a record, biggest first, in bytes of JSON with their keys: the values, and
 * the messages and forms that wait.
 */
export function sizesOf({ data, flash, forms }: SessionRecord): { key: string; bytes: number }[] {
  const parts: [string, unknown][] = Object.entries(data);
  if (flash.length > 0) parts.push(["flash messages", flat(flash)]);
  if (forms.size > 0) parts.push(["remembered forms", listForms(forms)]);
  return sizes(parts);
}

/** Says of a record that is too large what takes the room. */
export function sizeReport(record: SessionRecord, bytes: number, limit: number): SizeReport {
  return { bytes, limit, largest: sizesOf(record).slice(0, 3) };
}

function sizes(parts: Iterable<[string, unknown]>): { key: string; bytes: number }[] {
  const encoder = new TextEncoder();
  return Array.from(parts, ([key, value]) => ({
    key,
    bytes: encoder.encode(JSON.stringify({ [key]: value })).length - 1,
  })).sort((one, other) => other.bytes - one.bytes);
}

function isText(value: unknown): value is string | null {
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
