import {
  CookieStore,
  type JsonValue,
  type SessionOptions,
  Sessions,
  type SessionStore,
} from "../../src/session/mod.ts";
import { decodeRecord, encodeRecord, type SessionRecord } from "../../src/session/record.ts";
import type { LoadedSession, LoadResult, SessionWrite } from "../../src/stores/contract.ts";
import { SECRET } from "./secrets.ts";

/** Values of any name, for tests that do not care. */
export type Values = Record<string, JsonValue>;

/** The sessions of an application that keeps them in the cookie. */
export function cookieSessions(
  options: Partial<SessionOptions> & { secrets?: readonly string[] } = {},
): Sessions<Values> {
  const { secrets = [SECRET], ...rest } = options;
  return new Sessions<Values>({ store: new CookieStore({ secrets }), ...rest });
}

/** Sessions of some store, for values of any name. */
export function sessionsIn(
  store: SessionStore,
  options: Partial<SessionOptions> = {},
): Sessions<Values> {
  return new Sessions<Values>({ store, ...options });
}

/** A change as another request would make it. */
export type Meddling = (record: SessionRecord) => SessionRecord;

/** Sets a value. */
export function setTo(key: string, value: JsonValue): Meddling {
  return (record) => ({ ...record, data: { ...record.data, [key]: value } });
}

/** Queues a message. */
export function flashed(message: string, level = "info"): Meddling {
  return (record) => ({ ...record, flash: [...record.flash, { level, message }] });
}

/** A session as it lies in the store. */
interface Row {
  readonly text: string;
  readonly version: number;
  /** Whether the session moved on to a new id. */
  readonly retired?: boolean;
}

/**
 * The smallest store that keeps versions: a `Map`. It answers at once or later, and lets a test step
 * in before a write, as another request would.
 */
export class VersionedStore implements SessionStore {
  readonly name = "versioned";
  readonly limit = null;
  /** What is kept, by id. */
  readonly rows = new Map<string, Row>();
  /** What was asked for, in order. */
  readonly writes: SessionWrite[] = [];
  /** How many sessions were looked for. */
  loads = 0;
  /** Called once before the next write is tried; then forgotten. */
  beforeSave: (() => void | Promise<void>) | null = null;
  /** Thrown by whatever is asked next, as a backend that is down would. */
  failure: Error | null = null;
  #ids = 0;

  load(value: string): LoadResult | Promise<LoadResult> {
    this.loads++;
    if (this.failure !== null) throw this.failure;
    const row = this.rows.get(value);
    if (row === undefined) return { record: null, reason: "unknown id" };
    if (row.retired) return { record: null, reason: "retired" };
    const record = decodeRecord(row.text);
    return record === null
      ? { record, reason: "malformed" }
      : Promise.resolve({ record, version: row.version });
  }

  async save(write: SessionWrite): Promise<string | null> {
    const { value, loaded, record, regenerate } = write;
    const stepIn = this.beforeSave;
    this.beforeSave = null;
    await stepIn?.();
    if (this.failure !== null) throw this.failure;
    const version = versionOf(loaded);
    if (value !== null && !this.#isCurrent(value, version)) return null;
    this.writes.push(write);
    const id = value === null || regenerate ? `id-${++this.#ids}` : value;
    if (value !== null && regenerate) this.rows.set(value, { text: "", version, retired: true });
    this.rows.set(id, { text: encodeRecord(record), version: version + 1 });
    return id;
  }

  async destroy(value: string): Promise<void> {
    if (this.failure !== null) throw this.failure;
    await Promise.resolve();
    this.rows.delete(value);
  }

  measure(record: SessionRecord): number {
    return encodeRecord(record).length;
  }

  ping(): Promise<void> {
    return this.failure === null ? Promise.resolve() : Promise.reject(this.failure);
  }

  /** What is kept under an id. */
  record(value: string): SessionRecord | null {
    return decodeRecord(this.rows.get(value)?.text ?? "");
  }

  /** Changes a session behind the back of whoever has loaded it. */
  meddle(value: string, ...changes: readonly Meddling[]): void {
    const row = this.rows.get(value);
    const record = this.record(value);
    if (row === undefined || record === null) throw new Error(`There is no session ${value}`);
    const text = encodeRecord(changes.reduce((changed, change) => change(changed), record));
    this.rows.set(value, { text, version: row.version + 1 });
  }

  #isCurrent(value: string, version: number): boolean {
    const row = this.rows.get(value);
    return row !== undefined && !row.retired && row.version === version;
  }
}

function versionOf(loaded: LoadedSession | null): number {
  return typeof loaded?.version === "number" ? loaded.version : 0;
}
