import { ownText, type SessionRecord } from "../session/record.ts";
import type { LoadedSession } from "../session/store.ts";
import type { WriteEntry } from "./backend.ts";
import { RecordSeal, TOMBSTONE_KIND } from "./envelope.ts";
import { type Place, placeOf } from "./owners.ts";
import { hashOf, keyOf } from "./session_id.ts";

const PURPOSE = "satchel v1 session";
const TOMBSTONE_PURPOSE = "satchel v1 tombstone";
/** Seconds for which the id of a session that ended or got a new one is recognized. */
const TOMBSTONE_LIFETIME = 60;

/** The cached state of a session id: the backend's key, the seal, and the last record seen. */
export interface CacheEntry {
  readonly id: string;
  /** The name of the cookie under which the id holds. */
  readonly cookieName: string;
  readonly key: string;
  readonly seal: RecordSeal;
  readonly sealed: string;
  /** The sealed record; null if it is malformed. */
  readonly content: SessionRecord | null;
  /** When this process last updated the owner's list, in seconds. */
  readonly listedAt: number;
}

/** Derives the key and the seal of an id that is not cached. */
export async function deriveEntry(given: string, cookieName: string): Promise<CacheEntry> {
  const id = ownText(given);
  const sealing = RecordSeal.from(id, `${PURPOSE}:${cookieName}`);
  const [key, seal] = await Promise.all([keyOf(id, cookieName), sealing]);
  return { id, cookieName, key, seal, sealed: "", content: null, listedAt: 0 };
}

/** The state in which a session was loaded, as the store that loaded it recognizes it. */
export class VersionToken {
  /** Its place in its owner's list; null without an owner. */
  readonly place: Place | null;

  constructor(
    readonly entry: CacheEntry,
    readonly version: unknown,
    readonly record: SessionRecord,
  ) {
    this.place = placeOf(record, entry.key);
  }
}

/**
 * Returns the state in which a session was loaded; null for a new one.
 *
 * @throws {TypeError} If it was not loaded from a server store, or under another cookie's name.
 */
export function tokenIn(loaded: LoadedSession | null, cookieName: string): VersionToken | null {
  if (loaded === null) return null;
  const token = loaded.version;
  if (!(token instanceof VersionToken)) {
    throw new TypeError("Cannot write the session: it was not loaded from this store");
  }
  if (token.entry.cookieName === cookieName) return token;
  throw new TypeError(
    `Cannot write the session under the cookie name "${cookieName}": it was loaded under ` +
      `"${token.entry.cookieName}"`,
  );
}

/**
 * A place where a session was put: its key in the backend, and a text that comes from its id and
 * opens the tombstone that will be there, but never the session. So a tombstone can be followed
 * through all later ones, and whoever holds an old id can read nothing of the session.
 */
export interface Trail {
  readonly key: string;
  readonly link: string;
}

/** The remains of a session that ended or got a new id. */
export interface Tombstone {
  /** Its CSRF secret, which verifies the forms that were under way. */
  readonly csrf: string | null;
  /** The place where it lives on; null if it ended. */
  readonly next: Trail | null;
}

/** Returns the place of an id. */
export async function trailOf({ id, cookieName, key }: CacheEntry): Promise<Trail> {
  return { key, link: await linkOf(id, cookieName) };
}

/** Derives the text that opens the tombstone of an id. */
export async function linkOf(id: string, cookieName: string): Promise<string> {
  return await hashOf(JSON.stringify([TOMBSTONE_PURPOSE, cookieName, id]));
}

/** Replaces the record at a place by a tombstone. */
export async function bury(
  { key, link }: Trail,
  version: unknown,
  { csrf, next }: Tombstone,
): Promise<WriteEntry> {
  const seal = await RecordSeal.from(link, TOMBSTONE_PURPOSE, TOMBSTONE_KIND);
  const value = await seal.seal(JSON.stringify([csrf, next?.key, next?.link]));
  return { key, version, value, lifetime: TOMBSTONE_LIFETIME };
}

/** Opens a tombstone; null if it is not the one of this place. */
export async function openTombstone(value: string, link: string): Promise<Tombstone | null> {
  const seal = await RecordSeal.from(link, TOMBSTONE_PURPOSE, TOMBSTONE_KIND);
  const text = await seal.open(value);
  if (text === null) return null;
  const [csrf, key, next] = JSON.parse(text);
  return { csrf, next: key === null ? null : { key, link: next } };
}
