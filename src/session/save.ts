import { isSafe } from "./cookie.ts";
import { SessionLostError } from "./errors.ts";
import { setPrivate, withHeaders } from "./headers.ts";
import { assertUnanswered, markAnswered } from "./reuse.ts";
import { didChange, type SessionState } from "./state.ts";

const MAX_LABEL = 120;

/** Changes that no visitor misses. */
const NEGLIGIBLE = ["takeFlash", "recallForm", "csrf", "destroy"];

/**
 * Closes a session and saves it where that is needed.
 *
 * @param state The session at the end of its request.
 * @param response The answer to the request.
 * @returns The response with its cookie; null if another request changed the session meanwhile.
 */
export function saveSession(
  state: SessionState,
  response: Response,
): Response | null | Promise<Response | null> {
  if (state.closed) throw new TypeError("Cannot commit the session: it is already committed");
  state.closed = true;
  assertUnanswered(response, state.request, state.began);
  const { accessed, fate, changes, loaded, record, now, context } = state;
  if (!accessed) return response;
  if (fate !== "open") return drop(state, response);
  const isRenewal = changes.length > 0 ||
    loaded !== null && context.limits.isRenewalDue(record, now);
  if (isRenewal) state.record = { ...record, renewedAt: Math.max(record.renewedAt, now) };
  const isStale = loaded?.seal?.newest === false;
  return isRenewal || isStale ? write(state, response) : answer(state, response);
}

/** Drops the changes; throws where the visitor would take them for stored. */
async function drop(state: SessionState, response: Response): Promise<Response> {
  const { fate, request, changes } = state;
  const isEnding = didChange(state, "destroy");
  // The session may live on under another id: logout wins all the same.
  if (isEnding) await end(state);
  const isLoss = changes.some(({ kind }) => {
    return !NEGLIGIBLE.includes(kind) && !(isEnding && kind === "flash");
  });
  if (fate === "withheld" || isSafe(request) || !isLoss) return answer(state, response);
  throw new SessionLostError(
    "Cannot store the changes: the session ended or got a new id meanwhile",
  );
}

async function write(state: SessionState, response: Response): Promise<Response | null> {
  const { cookie, now, changes, request, value, record, context } = state;
  const { store, limits, trace, label = userAgent } = context;
  let { loaded } = state;
  if (didChange(state, "destroy")) {
    await end(state);
    loaded = null;
    if (changes.length === 1) {
      return answer(state, response, value === null ? undefined : cookie.removal());
    }
  }
  const saved = await store.save({
    cookieName: cookie.name,
    cookieOverhead: cookie.overhead,
    value: loaded && value,
    loaded,
    record,
    regenerate: didChange(state, "regenerate"),
    lifetime: limits.lifetime(record, now),
    label: record.owner === null ? "" : label(request).slice(0, MAX_LABEL),
  });
  if (saved === null) return null;
  trace?.set(saved, changes);
  const isKept = saved === value && !cookie.hasMaxAge;
  return answer(state, response, isKept ? undefined : cookie.line(saved));
}

function userAgent({ headers }: Request): string {
  return headers.get("user-agent") ?? "";
}

/** Ends the visitor's session in the store, where there may be one. */
async function end({ value, loaded, fate, cookie, context }: SessionState): Promise<void> {
  if (value !== null && (loaded !== null || fate !== "open")) {
    await context.store.destroy(value, cookie.name);
  }
}

/** Puts the cookie and the cache rules on the response, which is for this visitor alone then. */
function answer(state: SessionState, response: Response, setCookie?: string): Response {
  const isOnce = didChange(state, "takeFlash") || didChange(state, "recallForm");
  const answered = withHeaders(response, (headers) => {
    setPrivate(headers, isOnce);
    if (setCookie !== undefined) headers.append("set-cookie", setCookie);
  });
  if (answered === response) markAnswered(response, state.request);
  return answered;
}
