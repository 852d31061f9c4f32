import type { SchemaOptions } from "./schema.ts";
import type { SessionCookieOptions } from "./session_cookie.ts";
import type { Refusal, SessionStore } from "./store.ts";
import type { TimeLimitOptions } from "./time_limits.ts";

/** What `Sessions` is made of. */
export interface SessionOptions extends TimeLimitOptions, SchemaOptions {
  /** Where sessions are kept: `CookieStore`, `KvStore`, `RedisStore`, or your own. */
  readonly store: SessionStore;
  /** The cookie that carries the session or its id. */
  readonly cookie?: SessionCookieOptions;
  /**
   * Whether to believe `X-Forwarded-Proto` and `X-Forwarded-Host`: only behind a proxy that sets
   * them itself. Default: false.
   */
  readonly trustProxy?: boolean;
  /**
   * Whether the application uses owners (`setOwner`, `listOwned`, `destroyOwned`), so that a store
   * that keeps none is refused at the start. Default: false.
   */
  readonly owners?: boolean;
  /** Names a visitor's program in the list of an account's sessions. Default: its `User-Agent`. */
  readonly label?: (request: Request) => string;
  /** Told why a visitor's cookie gave no session, for the log. Default: nobody is told. */
  readonly onRefused?: (reason: Refusal) => void;
  /** Whether to answer with a `Server-Timing` header: load, view, commit. Default: false. */
  readonly serverTiming?: boolean;
  /** Whether to remember each session's last changes for `inspect`. Default: false. */
  readonly trace?: boolean;
  /** The clock, in milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number;
}
