import { ChangeTrace } from "./change_trace.ts";
import { sizesOf } from "../session/record.ts";
import type { Session } from "../session/session.ts";
import { readState, stateOf } from "../session/values.ts";

/** A description of a visitor's own session. It holds no id, no token and no secret. */
export interface Inspection {
  /** The store: "cookie", "kv", "redis", … */
  readonly store: string;
  /** Bytes that the session takes where it is kept, as it stands now; a cookie's with its name. */
  readonly bytes: number;
  /** The most bytes that it may take there; null if there is no limit. */
  readonly limit: number | null;
  /** The values, messages, forms and the owner by size, largest first, in bytes of JSON. */
  readonly sizes: readonly { readonly key: string; readonly bytes: number }[];
  /** The public name of the key that sealed the cookie; null where cookies are not sealed. */
  readonly keyId: string | null;
  /** Whether that key is the newest. */
  readonly newestKey: boolean | null;
  /** When the session expires without another visit; null: never. */
  readonly idleExpiresAt: Date | null;
  /** When the session expires in any case; null: never. */
  readonly absoluteExpiresAt: Date | null;
  /** What the last request that wrote the session did; empty without a {@linkcode ChangeTrace}. */
  readonly lastChanges: readonly string[];
}

/**
 * Describes a session to its own visitor.
 *
 * @param session The visitor's session.
 * @returns Its store, size, seal and limits.
 */
export function inspect<Data extends object, Message = string>(
  session: Session<Data, Message>,
): Inspection {
  const state = readState(stateOf(session));
  const { record, loaded, cookie, now, context: { store, limits, trace } } = state;
  const [idle, absolute] = limits.endsOf(record);
  return {
    store: store.name,
    bytes: store.measure(record, cookie.line("", limits.cookieAge(record, now)).length),
    limit: store.limit,
    sizes: sizesOf(record),
    keyId: loaded?.seal?.keyId ?? null,
    newestKey: loaded?.seal?.newest ?? null,
    idleExpiresAt: toDate(idle),
    absoluteExpiresAt: toDate(absolute),
    // A value that opened nothing, such as one of another cookie's name, says nothing either.
    lastChanges: loaded !== null && trace instanceof ChangeTrace
      ? trace.get(state.value ?? "")
      : [],
  };
}

function toDate(seconds: number): Date | null {
  return seconds === Infinity ? null : new Date(seconds * 1000);
}
