import { decodeRecord, ownText, type SessionRecord } from "../session/record.ts";
import { RecordSeal } from "./envelope.ts";
import { keyOf } from "./session_id.ts";

const PURPOSE = "satchel v1 session";

/** The cached state of a session id: the backend's key, the seal, and the last record seen. */
export interface CacheEntry {
  readonly id: string;
  /** The name of the cookie under which the id holds. */
  readonly cookieName: string;
  readonly key: string;
  readonly seal: RecordSeal;
  readonly sealed: string;
  /** The sealed record, or why there is none. */
  readonly content: SessionRecord | "retired" | "malformed";
  /** When this process last updated the owner's list, in seconds. */
  readonly listedAt: number;
}

/** Derives the key and the seal of an id that is not cached. */
export async function deriveEntry(given: string, cookieName: string): Promise<CacheEntry> {
  const id = ownText(given);
  const sealing = RecordSeal.from(id, `${PURPOSE}:${cookieName}`);
  const [key, seal] = await Promise.all([keyOf(id, cookieName), sealing]);
  return { id, cookieName, key, seal, sealed: "", content: "malformed", listedAt: 0 };
}

/** Reads an opened text: a record, or why there is none. */
export function contentOf(text: string): CacheEntry["content"] {
  return successorIn(text) === null ? decodeRecord(text) ?? "malformed" : "retired";
}

/** Returns the key to which a tombstone leads; null for a record, which begins with a bracket. */
export function successorIn(text: string): string | null {
  return text.startsWith('"') ? JSON.parse(text) : null;
}
