import type { Session } from "../session/session.ts";
import { Sessions } from "../session/sessions.ts";
import { blankRecord, type SessionRecord } from "../session/record.ts";
import type {
  LoadedSession,
  OwnedPage,
  OwnedSession,
  SessionStore,
  SessionWrite,
} from "../session/store.ts";
import { assert } from "./contract_assert.ts";

/** Two stores over one database, each as a process of its own has it. */
export interface Processes {
  readonly store: SessionStore;
  readonly other: SessionStore;
}

/** Tests by name. */
export type StoreTests = Readonly<Record<string, (processes: Processes) => Promise<void>>>;

/** The values of sessions in the tests. */
export interface Values {
  counter: number;
  items: string[];
  user: string;
}

/** Makes a record with a counter in it. */
export function recordOf(counter: number, owner: string | null = null): SessionRecord {
  return { ...blankRecord(Math.floor(Date.now() / 1000)), data: { counter }, owner };
}

/** Makes up a write: of a new session, unless the rest says something else. */
export function writeOf(record: SessionRecord, rest: Partial<SessionWrite> = {}): SessionWrite {
  return {
    cookieName: "session",
    cookieOverhead: 40,
    value: null,
    loaded: null,
    record,
    regenerate: false,
    lifetime: 600,
    label: "",
    ...rest,
  };
}

/** Saves a new session; returns its id. */
export async function keep(
  store: SessionStore,
  record: SessionRecord,
  rest: Partial<SessionWrite> = {},
): Promise<string> {
  const id = await store.save(writeOf(record, rest));
  assert(id !== null, "A new session was not saved");
  return id;
}

/** Loads a session that must be there. */
export async function find(
  store: SessionStore,
  id: string,
  cookieName = "session",
): Promise<LoadedSession> {
  const loaded = await store.load(id, cookieName);
  if (loaded.record === null) throw new Error(`The session is gone: ${loaded.reason}`);
  return loaded;
}

/** Loads a session that must be there; returns its counter. */
export async function counter(
  store: SessionStore,
  id: string,
  cookieName?: string,
): Promise<unknown> {
  return (await find(store, id, cookieName)).record.data.counter;
}

/** Returns why a session is not given; null if it is. */
export async function rejection(
  store: SessionStore,
  id: string,
  cookieName = "session",
): Promise<string | null> {
  const loaded = await store.load(id, cookieName);
  return loaded.record === null ? loaded.reason : null;
}

/** Gives a session a new id; returns that, or null if the session is gone. */
export async function renew(
  store: SessionStore,
  id: string,
  cookieName = "session",
): Promise<string | null> {
  const loaded = await store.load(id, cookieName);
  if (loaded.record === null) return null;
  const write = writeOf(loaded.record, { cookieName, value: id, loaded, regenerate: true });
  return await store.save(write);
}

/** Makes up the name of an account that no other test uses. */
export function newAccount(): string {
  return `Margarethe ${crypto.randomUUID()}`;
}

/** Lists sessions of an account: the first 1000, unless the page says something else. */
export async function ownedBy(
  store: SessionStore,
  owner: string,
  page: Partial<OwnedPage> = {},
): Promise<OwnedSession[]> {
  assert(store.owners !== undefined, "The store keeps no owners: leave out their tests");
  return await store.owners.list(owner, { limit: 1000, before: null, ...page });
}

/** A request to a small application, and its answer. */
export interface Visit {
  /** What the page showed. */
  readonly shown: unknown;
  /** The id in the cookie that was set, empty if the cookie was removed; null: neither. */
  readonly id: string | null;
  /** The headers of the answer. */
  readonly headers: Headers;
}

/** The headers with which a browser sends the request of a script (Fetch Metadata). */
export const BY_SCRIPT = {
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty",
} as const;

/** Makes a request with an id: of a browser that says nothing about it, without other headers. */
export function requestWith(
  id: string | null,
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
): Request {
  const cookie: Record<string, string> = id === null ? {} : { cookie: `session=${id}` };
  return new Request("http://localhost/", { method, headers: { ...headers, ...cookie } });
}

/**
 * Answers a request as an application would.
 *
 * @param store Where its sessions are.
 * @param request A request, best from {@linkcode requestWith}.
 * @param use Uses the session; what it returns is shown.
 */
export async function visit(
  store: SessionStore,
  request: Request,
  use: (session: Session<Values>) => unknown,
): Promise<Visit> {
  const response = await new Sessions<Values>({ store }).handle(request, async (session) => {
    return Response.json(await use(session) ?? null);
  });
  const [cookie] = response.headers.getSetCookie();
  return {
    shown: await response.json(),
    id: /^session=([^;]*)/.exec(cookie ?? "")?.[1] ?? null,
    headers: response.headers,
  };
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Does something several times in parallel; returns the results in order. */
export function inParallel<T>(times: number, task: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => task(index)));
}
