import { sizesOf } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { SessionStore } from "./store.ts";
import type { TimeLimits } from "./time_limits.ts";

/** What can be told of a visitor's own session. It holds no id, no token and no secret. */
export interface Inspection {
  /** The store: "cookie", "kv", "redis", … */
  readonly store: string;
  /** Bytes that the session takes where it is kept, as it stands now; a cookie's with its name. */
  readonly bytes: number;
  /** The most bytes that it may take there; null if there is no limit. */
  readonly limit: number | null;
  /** The values by size, largest first, in bytes of JSON. */
  readonly sizes: readonly { readonly key: string; readonly bytes: number }[];
  /** The public name of the key that sealed the cookie; null where cookies are not sealed. */
  readonly keyId: string | null;
  /** Whether that key is the newest. */
  readonly newestKey: boolean | null;
  /** When the session ends if the visitor does nothing. */
  readonly idleExpiresAt: Date | null;
  /** When the session ends whatever the visitor does. */
  readonly absoluteExpiresAt: Date | null;
  /** What the last request that wrote the session did; empty unless the option `trace` is on. */
  readonly lastChanges: readonly string[];
}

/** Gathers what can be told of a session. */
export function inspection(
  state: SessionState,
  store: SessionStore,
  limits: TimeLimits,
  lastChanges: readonly string[],
): Inspection {
  const { record, loaded, cookie } = state;
  return {
    store: store.name,
    bytes: store.measure(record) + (store.name === "cookie" ? cookie.overhead : 0),
    limit: store.limit,
    sizes: sizesOf(record),
    keyId: loaded?.seal?.keyId ?? null,
    newestKey: loaded?.seal?.newest ?? null,
    idleExpiresAt: toDate(limits.idleExpiry(record)),
    absoluteExpiresAt: toDate(limits.absoluteExpiry(record)),
    lastChanges,
  };
}

function toDate(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1000);
}
