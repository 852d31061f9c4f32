import type { SessionRecord } from "./record.ts";

/** Why a cookie's value gave no session. For the log; visitors all see the same: a new session. */
export type RejectReason =
  /** The value is not of the form that the store hands out. */
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
  /** Its data does not fit the application's schema any more. */
  | "invalid data";

/** A session as a store found it. */
export interface LoadedSession {
  /** The record. */
  readonly record: SessionRecord;
  /** A token for the state that was read; a later write hands it back to the store. */
  readonly version?: unknown;
  /** A name for the session that opens nothing, for logs. */
  readonly handle?: string;
  /** The key that sealed the cookie, in stores that seal it. */
  readonly seal?: {
    /** The public name of the key. */
    readonly keyId: string;
    /** Whether it is the newest: a session under an older one is resealed when it is read. */
    readonly newest: boolean;
  };
}

/** A cookie's value that opens no session. */
export interface RejectedValue {
  /** There is no record. */
  readonly record: null;
  /** The reason. */
  readonly reason: RejectReason;
  /**
   * The CSRF secret of the session that the value opened until it ended or got a new id, less than a
   * minute ago; null if it had none. Absent for any other value.
   */
  readonly csrf?: string | null;
}

/** The answer of a store to a cookie's value. */
export type LoadResult = LoadedSession | RejectedValue;

/** A write that a store is asked for. */
export interface SessionWrite {
  /** The cookie's name. */
  readonly cookieName: string;
  /** Bytes of the cookie besides its value: name and attributes. */
  readonly cookieOverhead: number;
  /** The cookie's value that the session was loaded from; null for a new session. */
  readonly value: string | null;
  /** The session as it was loaded, with the version that was read; null for a new session. */
  readonly loaded: LoadedSession | null;
  /** The record to keep. */
  readonly record: SessionRecord;
  /**
   * Whether the session gets a new id, and the old one dies in the same write. It also does when the
   * record has another owner than the loaded one: an id belongs to one account as long as it lives.
   */
  readonly regenerate: boolean;
  /** Seconds after which the record is of no use; null if it never expires. */
  readonly lifetime: number | null;
  /** The name of the visitor's program, for the list of an account's sessions. */
  readonly label: string;
}

/** One session in the list of an account. */
export interface OwnedSession {
  /** A name for this session that opens nothing. */
  readonly handle: string;
  /** When the session began. */
  readonly createdAt: Date;
  /** When the session was last renewed, to about a minute. */
  readonly renewedAt: Date;
  /** The name of the visitor's program, such as its `User-Agent`. */
  readonly label: string;
}

/** A page of the list of an account's sessions. */
export interface OwnedPage {
  /** The most sessions of the page: a whole number from 1 to 1000. */
  readonly limit: number;
  /** The handle of the last session of the page before; null: the list begins. */
  readonly before: string | null;
}

/** Operations of a store on the sessions of an account. */
export interface SessionOwners {
  /**
   * Returns the handle of a cookie's value, as {@linkcode SessionOwners.list} names it; an empty
   * text if there is no session under that value and name.
   */
  handleOf(value: string, cookieName: string): string | Promise<string>;
  /**
   * Lists living sessions of an account; those that began last come first.
   *
   * @returns At most `limit` sessions, fewer only where the list ends; none if `before` is not a
   * handle. The session that `before` names may have ended.
   */
  list(owner: string, page: OwnedPage): Promise<OwnedSession[]>;
  /** Ends all sessions of an account but the one of the given handle; returns how many. */
  destroy(owner: string, except: string | null): Promise<number>;
  /**
   * Ends the session of a handle.
   *
   * @returns Whether there was one, and in this account: a handle holds as long as the session keeps
   * its id.
   */
  revoke(owner: string, handle: string): Promise<boolean>;
}

/**
 * A place where sessions are kept. The cookie store keeps them in the cookie itself; a server store
 * keeps them under an id and puts the id into the cookie.
 *
 * Whatever a visitor can send (unknown, malformed, foreign) gives a reason, never an exception;
 * misuse by the program is a `TypeError` or `RangeError`; a backend that cannot be reached is a
 * `SessionStoreError` with its `cause`. Methods that need not wait may return synchronously.
 *
 * A value holds under the cookie name that it was saved under; under any other name it is as
 * unknown as a value that was never handed out. So the cookie of a sign-in that still waits for its
 * second factor opens nothing under the name of the full session.
 */
export interface SessionStore {
  /** The name for people: "cookie", "kv", "redis", … */
  readonly name: string;
  /** The most bytes that {@linkcode SessionStore.measure} may give; null if there is no limit. */
  readonly limit: number | null;
  /** The operations on accounts; absent in the cookie store. */
  readonly owners?: SessionOwners;

  /** Finds the session of a cookie's value, which holds under one cookie name only. */
  load(value: string, cookieName: string): LoadResult | Promise<LoadResult>;

  /**
   * Writes a session, unless another request has written it since it was loaded.
   *
   * @returns The cookie's value from now on; null if the session was changed, regenerated or
   * destroyed meanwhile, and then nothing is written.
   * @throws {SessionSizeError} If the record is larger than the store can keep.
   */
  save(write: SessionWrite): Promise<string | null>;

  /**
   * Ends the session of a cookie's value, even if another request changed it meanwhile. If the
   * session has got a new id less than a minute ago, it is ended under that one.
   *
   * @returns False if there was no session under this very value; nothing if the store cannot tell.
   */
  destroy(value: string, cookieName: string): Promise<boolean | void>;

  /** Returns the bytes that a record takes where it is kept; `overhead` is the cookie's own. */
  measure(record: SessionRecord, overhead: number): number;

  /** Fails if the backend does not answer. */
  ping(): Promise<void>;
}
