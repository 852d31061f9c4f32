import type { SessionRecord } from "./record.ts";

/** Why a cookie's value gave no session. For the log; visitors all see the same: a new session. */
export type Refusal =
  /** It is not of the form that the store hands out. */
  | "malformed"
  /** It was sealed with a secret that is not in the keyring. */
  | "unknown key"
  /** The seal does not hold: the value was changed, or moved from another cookie. */
  | "forged"
  /** The store has no session of that id. */
  | "unknown id"
  /** The session was given a new id less than a minute ago; this one is a straggler. */
  | "retired"
  /** The idle or the absolute timeout has passed. */
  | "expired"
  /** It was made more than a minute in the future: a clock was set back. */
  | "from the future"
  /** What it holds does not fit the application's schema any more. */
  | "invalid data";

/** A session as a store found it. */
export interface FoundSession {
  /** What was kept. */
  readonly record: SessionRecord;
  /** Names the state that was read, to the store that gave it; a later write hands it back. */
  readonly version?: unknown;
  /** The key that sealed the cookie, in stores that seal it. */
  readonly seal?: {
    /** The public name of the key. */
    readonly keyId: string;
    /** Whether it is the newest: a session under an older one is sealed anew when it is read. */
    readonly newest: boolean;
  };
}

/** What a store says of a cookie's value. */
export type Loaded = FoundSession | { readonly record: null; readonly reason: Refusal };

/** What a store is asked to write. */
export interface SessionWrite {
  /** The cookie's name. */
  readonly cookieName: string;
  /** The cookie's value that the session was loaded from; null for a new session. */
  readonly value: string | null;
  /** What was loaded from it, with the version that was read; null for a new session. */
  readonly loaded: FoundSession | null;
  /** What is to be kept. */
  readonly record: SessionRecord;
  /** Whether the session gets a new id, and the old one dies in the same write. */
  readonly regenerate: boolean;
  /** Seconds after which the record is of no use; null if it never expires. */
  readonly lifetime: number | null;
  /** Who the visitor's program says it is, for the list of an account's sessions. */
  readonly label: string;
}

/** One session of an account, as {@linkcode SessionOwners.list} tells it. */
export interface OwnedSession {
  /** A name for this session that opens nothing. */
  readonly handle: string;
  /** When the session began. */
  readonly createdAt: Date;
  /** When the session was last renewed, to about a minute. */
  readonly renewedAt: Date;
  /** Who the visitor's program said it is, such as its `User-Agent`. */
  readonly label: string;
}

/** A part of the list of an account's sessions. */
export interface OwnedPage {
  /** The most sessions to give: a whole number from 1 to 1000. */
  readonly limit: number;
  /** The handle of the last session of the page before; null: from the top. */
  readonly before: string | null;
}

/** What a store can do for accounts. */
export interface SessionOwners {
  /**
   * Names the session of a cookie's value as {@linkcode SessionOwners.list} does.
   *
   * @returns The handle; an empty text if there is no session under that value and name.
   */
  handleOf(value: string, cookieName: string): string | Promise<string>;
  /**
   * Lists one page of the sessions of an account that are alive; those that began last come first.
   *
   * @returns At most `limit` sessions, fewer only where the list ends; none if `before` is not a
   * handle. The session that `before` names may have ended.
   */
  list(owner: string, page: OwnedPage): Promise<OwnedSession[]>;
  /** Ends all sessions of an account but the one of the given handle; tells how many. */
  destroy(owner: string, except: string | null): Promise<number>;
}

/**
 * Where sessions are kept. The cookie store keeps them in the cookie itself; a server store keeps
 * them under an id and puts the id into the cookie.
 *
 * The contract: whatever a visitor can send (unknown, malformed, foreign) gives a refusal, never an
 * exception; misuse by the program is a `TypeError` or `RangeError`; a backend that cannot be
 * reached is a `SessionStoreError` with its `cause`. Methods that need not wait return at once.
 *
 * A value holds under the cookie's name that it was saved under, and under no other: there it is as
 * unknown as a value that nobody handed out. So a cookie of a weaker kind, such as one of a sign-in
 * that still waits for its second factor, opens nothing when it is sent under another name.
 */
export interface SessionStore {
  /** The name for people: "cookie", "kv", "redis", … */
  readonly name: string;
  /** The most bytes that {@linkcode SessionStore.measure} may give; null if there is no limit. */
  readonly limit: number | null;
  /** What the store can do for accounts; absent in the cookie store. */
  readonly owners?: SessionOwners;

  /** Finds the session of a cookie's value. */
  load(value: string, cookieName: string): Loaded | Promise<Loaded>;

  /**
   * Writes a session, unless someone else has written it since it was loaded.
   *
   * @returns The cookie's value from now on; null if the session was changed, regenerated or
   * destroyed meanwhile, and then nothing is written.
   * @throws {SessionSizeError} If the record is larger than the backend can take.
   */
  save(write: SessionWrite): Promise<string | null>;

  /** Ends the session of a cookie's value, whoever changed it meanwhile. */
  destroy(value: string, cookieName: string): Promise<void>;

  /** How many bytes a record takes where the store keeps it. */
  measure(record: SessionRecord): number;

  /** Fails if the backend does not answer. */
  ping(): Promise<void>;
}
