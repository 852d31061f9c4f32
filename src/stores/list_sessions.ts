import type { Session } from "../session/session.ts";
import { stateOf } from "../session/values.ts";
import { type Sessions, storeOf } from "../session/sessions.ts";
import type { OwnedSession, SessionOwners } from "../session/store.ts";

/** The most sessions of a page. */
const MAX_PAGE = 1000;

/** A page of the list of an account's sessions, and the session to mark. */
export interface ListOptions<Data extends object, Message = string> {
  /** The session to mark as the current one. */
  readonly current?: Session<Data, Message>;
  /** The most sessions of a page, 1 to 1000. Default: 100. */
  readonly limit?: number;
  /** The handle of the last session of the page before. Default: the first page. */
  readonly before?: string;
}

/** A session in the list of an account, and whether it is the given one. */
export type ListedSession = OwnedSession & { readonly current: boolean };

/**
 * Lists living sessions of an account, newest first.
 *
 * @param sessions The application's sessions.
 * @param owner The account, as given to `session.setOwner`.
 * @param options The page, and the session to mark.
 * @returns At most `limit` sessions.
 * @throws {TypeError} If the store keeps no owners.
 * @throws {RangeError} If `limit` is not a whole number from 1 to 1000.
 *
 * @example
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 * import { listSessions, revokeSessions } from "@satchel/satchel/stores/server";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions<{ cart: string[] }>({ store: new MemoryStore() });
 * for (const device of ["Desk", "Phone"]) {
 *   const headers = { "user-agent": device };
 *   await sessions.handle(new Request("http://localhost/", { headers }), (session) => {
 *     session.setOwner("ann");
 *     return new Response("Signed in");
 *   });
 * }
 * const listed = await listSessions(sessions, "ann");
 * assertEquals(listed.map(({ label }) => label).sort(), ["Desk", "Phone"]);
 * assertEquals(await revokeSessions(sessions, "ann"), 2);
 * ```
 */
export async function listSessions<Data extends object, Message = string>(
  sessions: Sessions<Data, Message>,
  owner: string,
  { current, limit = 100, before }: ListOptions<Data, Message> = {},
): Promise<ListedSession[]> {
  const owners = ownersOf(sessions);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE)) {
    throw new RangeError(`Cannot list ${limit} sessions: a whole number from 1 to 1000 is needed`);
  }
  const handle = await handleOf(current, owners);
  const found = await owners.list(owner, { limit, before: before ?? null });
  return found.map((owned) => ({ ...owned, current: owned.handle === handle }));
}

/** The sessions of an account that are to be ended. Default: all. */
export interface RevokeOptions<Data extends object, Message = string> {
  /** The handle of the only session to end, from {@linkcode listSessions}. */
  readonly handle?: string;
  /** The session to spare. */
  readonly except?: Session<Data, Message>;
  /**
   * The most sessions to leave, from 1: those that began last, and `except`, even if it is not in
   * the list yet. Default: none but `except`.
   */
  readonly limit?: number;
}

/**
 * Ends sessions of an account, on all machines: "sign out everywhere", one session of the list, or,
 * called at a sign-in, the oldest ones. Sign-ins at the same moment may leave more than `limit`,
 * until the next one.
 *
 * @param sessions The application's sessions.
 * @param owner The account, as given to `session.setOwner`.
 * @param options The sessions to end.
 * @returns How many were ended.
 * @throws {TypeError} If the store keeps no owners.
 * @throws {RangeError} If `limit` is not a whole number from 1.
 *
 * @example At most three devices
 * ```ts
 * import { Sessions } from "@satchel/satchel";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 * import { listSessions, revokeSessions } from "@satchel/satchel/stores/server";
 * import { assertEquals } from "@std/assert";
 *
 * const sessions = new Sessions({ store: new MemoryStore() });
 * const signIn = () =>
 *   sessions.handle(new Request("http://localhost/"), async (session) => {
 *     await revokeSessions(sessions, "ann", { limit: 3, except: session });
 *     session.regenerate();
 *     session.setOwner("ann");
 *     return new Response("Signed in");
 *   });
 * for (let device = 1; device <= 5; device++) await signIn();
 *
 * const [newest, ...others] = await listSessions(sessions, "ann");
 * assertEquals(others.length, 2);
 * assertEquals(await revokeSessions(sessions, "ann", { handle: newest?.handle }), 1);
 * ```
 */
export async function revokeSessions<Data extends object, Message = string>(
  sessions: Sessions<Data, Message>,
  owner: string,
  options: RevokeOptions<Data, Message> = {},
): Promise<number> {
  const { handle, except, limit = NaN } = options;
  const owners = ownersOf(sessions);
  // An option that is there and undefined was meant to spare sessions: it must not end them all.
  if ("handle" in options) return Number(await owners.revoke(owner, String(handle)));
  const spared = await handleOf(except, owners);
  if (!("limit" in options)) return await owners.destroy(owner, spared);
  if (!(Number.isInteger(limit) && limit >= 1)) {
    throw new RangeError(`Cannot leave ${limit} sessions: a whole number from 1 is needed`);
  }
  let left = except === undefined ? limit : limit - 1;
  let ended = 0;
  for (let before: string | null = null;;) {
    const page: OwnedSession[] = await owners.list(owner, { limit: MAX_PAGE, before });
    for (const { handle } of page) {
      if (handle !== spared && --left < 0) ended += Number(await owners.revoke(owner, handle));
    }
    if (page.length < MAX_PAGE) return ended;
    before = page.at(-1)?.handle ?? null;
  }
}

function ownersOf<Data extends object, Message>(sessions: Sessions<Data, Message>): SessionOwners {
  const { name, owners } = storeOf(sessions);
  if (owners) return owners;
  throw new TypeError(`Cannot find an account's sessions: the ${name} store keeps no owners`);
}

/** Returns the handle of a living session, null without one. Counts as reading the session. */
async function handleOf<Data extends object, Message>(
  session: Session<Data, Message> | undefined,
  owners: SessionOwners,
): Promise<string | null> {
  if (session === undefined || session.isNew) return null;
  const { value, name } = stateOf(session);
  return value === null ? null : await owners.handleOf(value, name);
}
