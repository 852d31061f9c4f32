import type { ProxyOptions, SentCookie, SessionCookie, SessionCookieOptions } from "./cookie.ts";
import type { TimeLimitOptions, TimeLimits } from "./limits.ts";
import type { JsonValue, SessionRecord } from "./record.ts";
import type { SchemaOptions } from "./load.ts";
import type { LoadedSession, RejectReason, SessionStore } from "./store.ts";

/**
 * One change of a session: a function from record to record. The changes of a request are kept in a
 * list; when the write meets a newer record, the list is applied to that one, so no change of
 * another request is overwritten.
 */
export interface Change {
  /** The method that made it. */
  readonly kind:
    | "set"
    | "update"
    | "delete"
    | "clear"
    | "flash"
    | "takeFlash"
    | "rememberForm"
    | "recallForm"
    | "csrf"
    | "owner"
    | "remember"
    | "regenerate"
    | "destroy";
  /** The value or flash level that it is about, where there is one. */
  readonly key: string | undefined;
  /** Returns the record with the change applied. */
  apply(record: SessionRecord): SessionRecord;
}

/**
 * The part of a request that its session needs: a `Request`, or what a framework or a WebSocket has
 * kept of one.
 */
export interface SessionRequest {
  /** The headers, of which the cookie is one. */
  readonly headers: Pick<Headers, "get">;
  /** The method. Without one the request counts as unsafe: what it loses is an error. */
  readonly method?: string;
  /**
   * The absolute URL, whose scheme says which of the cookies is meant: that of https or of http.
   * Without one, and without a word of a trusted proxy, the cookie that came decides.
   */
  readonly url?: string;
}

/**
 * What became of a session that `Sessions.save` saved.
 *
 * @example Work in the background that kept the value of the visitor's cookie
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions<{ report: string }>({ store: new MemoryStore() });
 * const visit = await sessions.load({ headers: new Headers(), url: "https://shop.example/" });
 * visit.set("report", "ordered");
 * const { cookie, setCookie } = await sessions.save(visit);
 * assertEquals(setCookie?.startsWith("__Host-session="), true);
 *
 * const session = await sessions.open(cookie?.value ?? "", { renew: false });
 * session?.set("report", "done");
 * if (session) await sessions.save(session);
 * ```
 */
export interface SavedSession {
  /** The cookie to set, whose empty value removes it; null: the browser's own stays. */
  readonly cookie: { readonly name: string; readonly value: string } | null;
  /** That cookie as a `Set-Cookie` line; null: none is to be set. */
  readonly setCookie: string | null;
  /**
   * Adds all that the session asks for to the headers of an answer: `Set-Cookie`, also for cookies of
   * former names, and the rules for caches.
   */
  readonly apply: (headers: Headers) => void;
}

/** Options of one request, or of all that a route answers. */
export interface RequestOptions {
  /**
   * Whether the request may prolong the session, by reading or writing it; false for one that no
   * person made, such as a page's polling. Default: true.
   */
  readonly renew?: boolean;
  /**
   * Whether a safe request (GET, HEAD) may run again when another one was faster; false for one that
   * does what can be done only once, such as the exchange of an OAuth code. Default: true.
   */
  readonly rerun?: boolean;
}

/** Keeps what the last write of each session did. */
export interface SessionTrace {
  /** Keeps the changes of a write, in order, by the cookie's value from now on. */
  set(
    value: string,
    changes: readonly { readonly kind: string; readonly key: string | undefined }[],
  ): void;
}

/** Options of {@linkcode Sessions}. */
export interface SessionOptions<Data extends object = Record<string, JsonValue>>
  extends TimeLimitOptions, SchemaOptions<Data>, ProxyOptions {
  /** Where sessions are kept: `CookieStore`, `KvStore`, `RedisStore`, or your own. */
  readonly store: SessionStore;
  /** The cookie that carries the session or its id. */
  readonly cookie?: SessionCookieOptions;
  /** Names a visitor's program in the list of an account's sessions. Default: its `User-Agent`. */
  label?(request: SessionRequest): string;
  /** Called with the reason when a cookie is rejected, for the log. Default: none. */
  readonly onReject?: (reason: RejectReason) => void;
  /**
   * Called with an error that the visitor does not see, for the log: a session that was only read
   * could not be renewed. Default: none.
   */
  onError?(error: unknown, request: SessionRequest): void;
  /**
   * Whether flash messages may be any JSON: with `new Sessions<Data, Message>({ … })`, of the type
   * `Message`. Default: false, they are text.
   */
  readonly jsonMessages?: boolean;
  /** Keeps the last changes in memory: `new ChangeTrace()` of `./inspector`. Default: none. */
  readonly trace?: SessionTrace;
  /** The clock, in milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** The option that flash messages need if their type is not text. */
export type MessageOptions<Message> = [Message] extends [string] ? unknown
  : { readonly jsonMessages: true };

/** The state of a session during one request. */
export interface SessionState {
  /** The request; whether its visitor sees the page decides if flash messages count as shown. */
  readonly request: SessionRequest;
  /** The place of the request in the order of all that are answered here; see `begin`. */
  began: number;
  /** What its route says about its session. */
  readonly options: RequestOptions;
  /** When the request came, in seconds since the Unix epoch. */
  readonly now: number;
  /** The cookie of this connection: its name differs between http and https. */
  readonly cookie: SessionCookie;
  /** All cookies that came under the names of the session's, present and former, at most four. */
  readonly sent: readonly SentCookie[];
  /** The name of the one that was taken: the cookie's, or a former one. */
  readonly name: string;
  /** The value of the one that was taken, or null. */
  readonly value: string | null;
  /** The session that the store found under that value, if it is to be used. */
  readonly loaded: LoadedSession | null;
  /** Why that value gave no session; null if it did, or there was none. */
  readonly refusal: RejectReason | null;
  /** The CSRF secret that a tombstone kept: it verifies tokens, and makes none. */
  readonly formerCsrf: string | null;
  /** The parts that all sessions of the application share. */
  readonly context: Omit<SessionOptions, "schema" | "migrate"> & { readonly limits: TimeLimits };
  /** The loaded record, or a blank one, with the changes made so far. */
  record: SessionRecord;
  /** The changes, in order. */
  changes: Change[];
  /** Whether a change is being made: a function given to `update` runs. */
  changing: boolean;
  /** Whether anything was read or changed. */
  accessed: boolean;
  /**
   * Whether the changes are kept (`open`) or dropped, without any cookie set or removed: the
   * session ended or got a new id before the request came (`retired`) or meanwhile (`lost`), or the
   * browser had to withhold the cookie (`withheld`), so that there may be a session all the same.
   */
  fate: "open" | "retired" | "lost" | "withheld";
  /** Whether the session is saved and can change no more. */
  closed: boolean;
}
