import type { Session } from "./session.ts";
import { stateOf } from "./session.ts";
import type { OwnedSession, SessionOwners, SessionStore } from "./store.ts";

/** Which part of an account's list is asked for. */
export interface ListOwnedOptions<Data extends object> {
  /** The session to mark as the current one. */
  readonly current?: Session<Data>;
  /** The most sessions to give: a whole number from 1 to 1000. Default: 100. */
  readonly limit?: number;
  /**
   * The handle of the last session of the page before. Default: null, the first page. It may come
   * from a visitor: what is no handle gives an empty page.
   */
  readonly before?: string | null;
}

/** A session of an account, and whether it is the one that asks. */
export type ListedSession = OwnedSession & { readonly current: boolean };

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Lists one page of the living sessions of an account. */
export async function listOwned<Data extends object>(
  store: SessionStore,
  owner: string,
  { current, limit = DEFAULT_LIMIT, before = null }: ListOwnedOptions<Data>,
): Promise<ListedSession[]> {
  const owners = ownersOf(store);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
    throw new RangeError(
      `Cannot list ${limit} sessions: a whole number from 1 to ${MAX_LIMIT} is needed`,
    );
  }
  const handle = await handleOf(owners, current);
  const found = await owners.list(owner, { limit, before });
  return found.map((owned) => ({ ...owned, current: owned.handle === handle }));
}

/** Ends the sessions of an account but one. */
export async function destroyOwned<Data extends object>(
  store: SessionStore,
  owner: string,
  except: Session<Data> | undefined,
): Promise<number> {
  const owners = ownersOf(store);
  return await owners.destroy(owner, await handleOf(owners, except));
}

/**
 * Gives what a store can do for accounts.
 *
 * @throws {TypeError} If it keeps no owners.
 */
export function ownersOf({ name, owners }: SessionStore): SessionOwners {
  if (owners) return owners;
  throw new TypeError(`Cannot tell whose sessions they are: the ${name} store keeps no owners`);
}

/** The handle of a session that the store has; null if it is not stored. */
async function handleOf<Data extends object>(
  owners: SessionOwners,
  session: Session<Data> | undefined,
): Promise<string | null> {
  if (session === undefined || session.isNew) return null; // to ask is to read it
  const { value, cookie } = stateOf(session);
  return value === null ? null : await owners.handleOf(value, cookie.name) || null;
}
