import { isSafe } from "../http/is_safe.ts";
import type { Change } from "./change.ts";
import type { SessionCookie } from "./session_cookie.ts";
import type { SessionRecord } from "./record.ts";
import type { FoundSession } from "./store.ts";

/**
 * What the library knows of one session during one request. The application sees it through
 * `Session`, the manager writes it down at the end.
 */
export interface SessionState {
  /** The request; whether its visitor sees the page decides if flash messages count as shown. */
  readonly request: Request;
  /** When the request came, among all that are answered here; see `begin`. */
  began: number;
  /** When the request came, in seconds since the Unix epoch. */
  readonly now: number;
  /** The cookie of this connection: its name differs between http and https. */
  readonly cookie: SessionCookie;
  /** The cookie's value as the visitor sent it, or null. */
  readonly value: string | null;
  /** What the store found under that value, if it is to be used. */
  readonly loaded: FoundSession | null;
  /** Whether the store knows which account a session belongs to. */
  readonly hasOwners: boolean;
  /** The loaded record, or a blank one, with the changes made so far. */
  record: SessionRecord;
  /** What was done, in order. */
  changes: Change[];
  /** Whether anything was read or changed. */
  accessed: boolean;
  /** Whether the store is to give the session a new id. */
  regenerated: boolean;
  /** Whether the session that came with the request is to end. */
  destroyed: boolean;
  /**
   * Whether the changes are to be kept. They are not, and no cookie is set or removed, when the
   * session got a new id before this request came (`retired`), when it ended or got one while the
   * request ran (`lost`), or when the browser had to keep the cookie back (`withheld`): then there
   * may be a session that must not be replaced.
   */
  fate: "open" | "retired" | "lost" | "withheld";
  /** Whether the response is committed: the session can change no more. */
  closed: boolean;
}

/**
 * Does to a newer state of the session what was done to an older one. Where the session is gone,
 * the changes are only handed on, so that their loss can be told.
 */
export function replay(older: SessionState, newer: SessionState): void {
  if (newer.fate === "open") {
    for (const change of older.changes) newer.record = change.apply(newer.record);
  }
  newer.began = older.began; // it is still the same request
  newer.changes = older.changes;
  newer.accessed = true;
  newer.regenerated = older.regenerated;
}

/** The session is gone since the request came: nothing is resurrected, and logout wins. */
export function lose(state: SessionState): void {
  state.accessed = true;
  if (state.fate === "open") state.fate = "lost";
}

/**
 * Whether an unsafe request changed what is not kept, so that its sender must be told. Messages
 * that were shown and secrets that were drawn are no loss; nor, where the session was to end anyway,
 * is what was to be said about that.
 */
export function losesChanges({ fate, request, destroyed, changes }: SessionState): boolean {
  if (fate === "open" || fate === "withheld" || isSafe(request.method)) return false;
  return changes.some(({ kind }) => {
    return kind !== "takeFlash" && kind !== "csrf" && !(destroyed && kind === "flash");
  });
}
