import type { JsonValue } from "../../src/session/json.ts";
import type { SessionRecord } from "../../src/session/record.ts";
import { blankRecord } from "../../src/session/record.ts";
import type {
  LoadedSession,
  OwnedPage,
  OwnedSession,
  SessionStore,
  SessionWrite,
} from "../../src/session/store.ts";

/** The present, in seconds. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** A record with a counter in it. */
export function recordOf(counter: number, owner: string | null = null): SessionRecord {
  return { ...blankRecord(now()), data: { counter }, owner };
}

/** A record with more values in it. */
export function withValues(
  record: SessionRecord,
  values: Record<string, JsonValue>,
): SessionRecord {
  return { ...record, data: { ...record.data, ...values } };
}

/** A write of a record: of a new session unless more is said. */
export function writeOf(record: SessionRecord, rest: Partial<SessionWrite> = {}): SessionWrite {
  return {
    cookieName: "session",
    cookieOverhead: 40,
    value: null,
    loaded: null,
    record,
    regenerate: false,
    lifetime: 600,
    label: "",
    ...rest,
  };
}

/** Keeps a new session; returns its id. */
export async function keep(
  store: SessionStore,
  record: SessionRecord,
  label = "",
): Promise<string> {
  return String(await store.save(writeOf(record, { label })));
}

/** Loads a session that must be there. */
export async function find(store: SessionStore, id: string): Promise<LoadedSession> {
  const loaded = await store.load(id, "session");
  if (loaded.record === null) throw new Error(`There is no session: ${loaded.reason}`);
  return loaded;
}

/** Why a session is not given; null if it is. */
export async function refusal(store: SessionStore, id: string): Promise<string | null> {
  const loaded = await store.load(id, "session");
  return loaded.record === null ? loaded.reason : null;
}

/** Ends a session. */
export async function end(store: SessionStore, id: string): Promise<void> {
  await store.destroy(id, "session");
}

/** What a store tells of an account's sessions: the first 1000 unless more is said. */
export async function ownedBy(
  store: SessionStore,
  owner: string,
  page: Partial<OwnedPage> = {},
): Promise<OwnedSession[]> {
  if (store.owners === undefined) throw new Error("The store keeps no owners");
  return await store.owners.list(owner, { limit: 1000, before: null, ...page });
}

/** The counter of a session that must be there. */
export async function counter(store: SessionStore, id: string): Promise<unknown> {
  return (await find(store, id)).record.data.counter;
}
