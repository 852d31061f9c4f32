import { isNavigation, isSafe, type SentCookie } from "./cookie.ts";
import { SessionLostError } from "./errors.ts";
import { isSeen } from "./flash.ts";
import { setPrivate, withHeaders } from "./headers.ts";
import { blankRecord } from "./record.ts";
import { assertUnanswered, begin, markAnswered } from "./run.ts";
import type { SavedSession, SessionRequest, SessionState } from "./state.ts";
import { didChange } from "./values.ts";

const MAX_LABEL = 120;

/** Changes that count only if the answer has a page, which shows what was taken. */
const TAKEN = ["takeFlash", "recallForm"];

/** Pages that the browser fetched for the visitor as they were before (W3C Clear Site Data). */
const EARLY_PAGES = '"prefetchCache", "prerenderCache"';

/** Changes that no visitor misses. */
const NEGLIGIBLE = [...TAKEN, "csrf", "destroy"];

/** Changes of which each is made once, whatever other requests do. */
const FINAL = ["regenerate", "owner", "destroy"] as const;

/** What is to be done for a session that nobody looked at. */
const UNTOUCHED: SavedSession = { cookie: null, setCookie: null, apply() {} };

/** Says when a request last stored changes, in the order that `begin` counts. */
const STORED = Symbol("stored");

/**
 * Returns whether the view of a session may run again. What the request stored through another
 * session would be stored once more, as by a view with `load` and `commit` of its own.
 */
export function mayRerun(state: SessionState): boolean {
  return isSafe(state.request) && state.options.rerun !== false &&
    (Reflect.get(state.request, STORED) ?? 0) < state.began &&
    !isFinal(state);
}

function isFinal(state: SessionState): boolean {
  return FINAL.some((kind) => didChange(state, kind));
}

/**
 * Closes a session and saves it where that is needed.
 *
 * @param state The session at the end of its request.
 * @param response The answer to the request.
 * @returns What the answer needs; null if another request changed the session meanwhile.
 */
export function saveSession(
  state: SessionState,
  response: Response,
): SavedSession | null | Promise<SavedSession | null> {
  if (state.closed) throw new TypeError("Cannot commit the session: it is already committed");
  state.closed = true;
  assertUnanswered(response, state.request, state.began);
  if (!state.accessed) return UNTOUCHED;
  if (!hasPage(response)) putBack(state);
  switch (endingOf(state)) {
    case "write":
      return write(state);
    case "renew":
      return renew(state);
    case "remove":
      return remove(state);
    case "drop":
      return drop(state);
    case "leave":
      return answer(state);
  }
}

/** Returns whether an answer shows something: not a redirect, 204, 205 or 304. */
function hasPage({ status }: Response): boolean {
  return status >= 200 && status !== 204 && status !== 205 && (status < 300 || status >= 400);
}

/** Lets the messages and forms that were taken wait on. */
function putBack(state: SessionState): void {
  const changes = state.changes.filter(({ kind }) => !TAKEN.includes(kind));
  if (changes.length === state.changes.length) return;
  // A function given to `update` may have another result each time, so it does not run again.
  const { flash, forms } = changes.filter(({ kind }) => /flash|Form|destroy/.test(kind))
    .reduce((record, { apply }) => apply(record), state.loaded?.record ?? blankRecord(state.now));
  state.record = { ...state.record, flash, forms };
  state.changes = changes;
}

/** Decides what becomes of a session at the end of its request. */
function endingOf(state: SessionState): "leave" | "drop" | "remove" | "write" | "renew" {
  const { fate, changes, loaded } = state;
  if (fate !== "open") return "drop";
  if (changes.length === 1 && didChange(state, "destroy") && !isOneOfMany(state)) return "remove";
  if (changes.length > 0) return "write";
  const isStale = loaded?.seal?.newest === false || formerOf(state).length > 0;
  return (isRenewal(state) || isStale) && mayRenew(state) ? "renew" : "leave";
}

/**
 * Returns whether another cookie, of another path, may hold a session after the one that was taken
 * is removed. Where a store cannot end it, a blank session that is newer hides it.
 */
function isOneOfMany({ sent, loaded }: SessionState): boolean {
  return sent.length > 1 && loaded !== null && loaded.version === undefined;
}

/** Returns the cookies that came under former names. */
function formerOf({ sent, cookie }: SessionState): readonly SentCookie[] {
  return sent.filter(([name]) => name !== cookie.name);
}

/**
 * Returns whether a request that only read may write the session. Where a store knows no versions,
 * the answer to a request in the background, which may take long, would bring back what another
 * request changed or ended meanwhile. A page that the visitor waits for is rarely overtaken.
 */
function mayRenew({ loaded, request, name, cookie }: SessionState): boolean {
  const isVersioned = loaded?.version !== undefined && name === cookie.name;
  return loaded !== null && (isVersioned || isNavigation(request) && isSeen(request));
}

/** Returns whether a request prolongs its session: by a change, or by reading it when that is due. */
function isRenewal({ changes, record, now, context, options }: SessionState): boolean {
  return options.renew !== false &&
    (changes.length > 0 || context.limits.isRenewalDue(record, now));
}

/** Writes a session that was only read: nobody asked for that, so the answer does not need it. */
function renew(state: SessionState): Promise<SavedSession> {
  return write(state).catch((error) => {
    state.context.onError?.(error, state.request);
    return null;
  }).then((renewed) => renewed ?? answer(state));
}

/** Drops the changes; throws where the visitor would take them for stored. */
async function drop(state: SessionState): Promise<SavedSession> {
  const { fate, request, changes } = state;
  const isEnding = didChange(state, "destroy");
  // The session may live on under another id: logout wins all the same.
  if (isEnding) await end(state);
  const isLoss = changes.some(({ kind }) => {
    return !NEGLIGIBLE.includes(kind) && !(isEnding && kind === "flash");
  });
  if (fate === "withheld" || isSafe(request) || !isLoss) return answer(state);
  throw new SessionLostError(
    "Cannot store the changes: the session ended or got a new id meanwhile",
  );
}

async function remove(state: SessionState): Promise<SavedSession> {
  const isEnded = await end(state) !== false;
  Reflect.set(state.request, STORED, begin());
  // If others ended it, the browser may have the cookie of the next sign-in by now.
  return answer(state, isEnded && state.value ? "" : null, formerOf(state));
}

async function write(state: SessionState): Promise<SavedSession | null> {
  const { cookie, name, now, changes, request, value, context } = state;
  const { store, limits, trace, label } = context;
  let { loaded, record } = state;
  const renewedAt = isRenewal(state) ? now : record.createdAt;
  state.record = record = { ...record, renewedAt: Math.max(record.renewedAt, renewedAt) };
  if (didChange(state, "destroy")) {
    if (await end(state) === false && loaded !== null) return drop(state);
    loaded = null;
  }
  const isMoved = loaded !== null && name !== cookie.name;
  if (isMoved) loaded = null; // its id holds under the former name alone
  const maxAge = limits.cookieAge(record, now);
  const saved = await store.save({
    cookieName: cookie.name,
    cookieOverhead: cookie.line("", maxAge).length, // ASCII throughout: characters are bytes
    value: loaded && value,
    loaded,
    record,
    regenerate: didChange(state, "regenerate"),
    lifetime: limits.lifetime(record, now),
    label: record.owner === null ? "" : (label ?? userAgent)(request).slice(0, MAX_LABEL),
  });
  if (saved === null) return null;
  if (changes.length > 0) Reflect.set(request, STORED, begin());
  trace?.set(saved, changes);
  const isKept = saved === value && !isMoved && maxAge === Infinity &&
    !didChange(state, "remember");
  // A session that moved is left under its former name until the new cookie comes: the answer may
  // be lost, and parallel requests have the former one. Not if the visitor's rights changed.
  const former = isMoved && !isFinal(state) ? [] : formerOf(state);
  for (const [name, value] of former) await store.destroy(value, name);
  return answer(state, isKept ? null : saved, former);
}

function userAgent({ headers }: SessionRequest): string {
  return headers.get("user-agent") ?? "";
}

/**
 * Ends the visitor's session in the store: also one that could not be used, as of old data, and
 * those of all other cookies that came, since the next request would open one of them.
 *
 * @returns False if there was none under the value that was taken.
 */
async function end({ sent, name, value, context }: SessionState): Promise<boolean | void> {
  for (const [other, its] of sent) {
    if (other !== name || its !== value) await context.store.destroy(its, other);
  }
  return value === null ? undefined : await context.store.destroy(value, name);
}

/** Returns what the answer needs: it is for this visitor alone from now on. */
function answer(
  state: SessionState,
  value: string | null = null,
  former: readonly SentCookie[] = [],
): SavedSession {
  const { cookie, record, loaded, changes, now, context } = state;
  const isOnce = changes.some(({ kind }) => TAKEN.includes(kind));
  const owner = record.owner ?? loaded?.record.owner ?? null;
  const isOther = didChange(state, "regenerate") || didChange(state, "destroy");
  const setCookie = value
    ? cookie.line(value, context.limits.cookieAge(record, now))
    : value === null
    ? null
    : cookie.removal();
  return {
    cookie: value === null ? null : { name: cookie.name, value },
    setCookie,
    apply(headers) {
      setPrivate(headers, isOnce, owner !== null);
      // Browsers take it over https and on localhost alone. A proxy may end https without saying so.
      if (isOther) headers.append("clear-site-data", EARLY_PAGES);
      if (setCookie) headers.append("set-cookie", setCookie);
      for (const [name] of former) headers.append("set-cookie", cookie.removal(name));
    },
  };
}

/** Returns the response with what its session needs. */
export function withSession(
  { request }: SessionState,
  saved: SavedSession,
  response: Response,
): Response {
  if (saved === UNTOUCHED) return response;
  const answered = withHeaders(response, saved.apply);
  if (answered === response) markAnswered(response, request);
  return answered;
}
