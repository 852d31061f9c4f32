import { isSafe } from "./cookie.ts";
import { SessionLostError } from "./errors.ts";
import { setPrivate, withHeaders } from "./headers.ts";
import type { SessionState } from "./state.ts";

const MAX_LABEL = 120;

/** Changes whose loss no visitor would notice. */
const NEGLIGIBLE = ["takeFlash", "recallForm", "csrf"];

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
  switch (endingOf(state)) {
    case "untouched":
      return response;
    case "leave":
      return answer(response, state, null);
    case "remove":
      return end(state).then(() => answer(response, state, state.cookie.removal()));
    case "write":
      return write(state, response);
  }
}

function endingOf(state: SessionState): "untouched" | "leave" | "remove" | "write" {
  const { fate, changes, loaded, value, record, now, context } = state;
  if (!state.accessed) return "untouched";
  if (fate === "lost" || fate === "retired") refuseLoss(state);
  if (fate !== "open" && fate !== "destroyed") return "leave";
  if (changes.length > 0) return "write";
  if (fate === "destroyed") return value === null ? "leave" : "remove";
  if (loaded === null) return "leave";
  const isStale = loaded.seal?.newest === false;
  return isStale || context.limits.isRenewalDue(record, now) ? "write" : "leave";
}

/** A form that was acknowledged must not be lost in silence; a page that only reads may be. */
function refuseLoss({ request, changes }: SessionState): void {
  if (isSafe(request) || changes.every(({ kind }) => NEGLIGIBLE.includes(kind))) return;
  throw new SessionLostError(
    "Cannot keep the changes of the session: it ended or got a new id meanwhile",
  );
}

async function write(state: SessionState, response: Response): Promise<Response | null> {
  const { cookie, now, changes, request, value, fate, context } = state;
  const { store, limits, trace, label } = context;
  if (changes.length > 0 || limits.isRenewalDue(state.record, now)) {
    state.record = { ...state.record, renewedAt: Math.max(state.record.renewedAt, now) };
  }
  if (fate === "destroyed") await end(state);
  const { record } = state;
  const loaded = fate === "destroyed" ? null : state.loaded;
  const saved = await store.save({
    cookieName: cookie.name,
    cookieOverhead: cookie.overhead,
    value: loaded === null ? null : value,
    loaded,
    record,
    regenerate: changes.some(({ kind }) => kind === "regenerate"),
    lifetime: limits.lifetime(record, now),
    label: record.owner === null ? "" : label(request).slice(0, MAX_LABEL),
  });
  if (saved === null) return null;
  if (trace !== null) {
    if (value !== null) trace.delete(value);
    trace.set(saved, changes.map(({ kind, key }) => key ? `${kind} ${key}` : kind), 1);
  }
  const isKept = saved === value && !cookie.hasMaxAge;
  return answer(response, state, isKept ? null : cookie.line(saved));
}

async function end({ value, loaded, cookie, context }: SessionState): Promise<void> {
  if (value !== null && loaded !== null) await context.store.destroy(value, cookie.name);
}

/** Puts the cookie and the cache rules on the response. */
function answer(response: Response, { changes }: SessionState, setCookie: string | null): Response {
  const once = changes.some(({ kind }) => kind === "takeFlash" || kind === "recallForm");
  return withHeaders(response, (headers) => {
    setPrivate(headers, once);
    if (setCookie !== null) headers.append("set-cookie", setCookie);
  });
}
