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
}

/**
 * A record with nothing in it.
 *
 * @param now The present, in seconds since the Unix epoch.
 * @returns The record.
 */
export function blankRecord(now: number): SessionRecord {
  return { data: {}, flash: [], csrf: null, createdAt: now, renewedAt: now, owner: null };
}

/** The value of a key, or undefined: never what every object inherits. */
export function valueOf({ data }: SessionRecord, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/**
 * Writes a record as text, as short as JSON allows, since cookies are small:
 * `[createdAt, renewedAt - createdAt, data, [level, message, …], csrf, owner]`, without the empty
 * fields at the end.
 *
 * @param record The record.
 * @returns The text.
 */
export function encodeRecord(record: SessionRecord): string {
  const fields: unknown[] = [
    record.createdAt,
    record.renewedAt - record.createdAt,
    record.data,
  ];
  if (record.owner !== null) fields.push(flat(record.flash), record.csrf, record.owner);
  else if (record.csrf !== null) fields.push(flat(record.flash), record.csrf);
  else if (record.flash.length > 0) fields.push(flat(record.flash));
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
  const [createdAt, age, data, flash = [], csrf = null, owner = null] = fields;
  if (!Number.isSafeInteger(createdAt) || !Number.isSafeInteger(age)) return null;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  if (!Array.isArray(flash) || flash.length % 2 !== 0) return null;
  if (!flash.every((part) => typeof part === "string")) return null;
  if (!isText(csrf) || !isText(owner)) return null;
  return {
    data,
    flash: paired(flash),
    csrf,
    createdAt,
    renewedAt: createdAt + age,
    owner,
  };
}

/** The largest values of a record, biggest first, in bytes of JSON with their keys. */
export function sizesOf(record: SessionRecord): { key: string; bytes: number }[] {
  return sizes(Object.entries(record.data));
}

/** What there is to say of a record that is too large: the flash messages may be to blame as well. */
export function sizeReport(record: SessionRecord, bytes: number, limit: number): SizeReport {
  const { data, flash } = record;
  const queue: [string, unknown][] = flash.length > 0 ? [["flash messages", flat(flash)]] : [];
  return { bytes, limit, largest: sizes([...Object.entries(data), ...queue]).slice(0, 3) };
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
