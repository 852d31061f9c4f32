import { SessionConflictError, SessionStoreError } from "../session/errors.ts";
import type { OwnedSession, SessionOwners } from "../session/store.ts";
import { AtRest } from "./at_rest.ts";
import type { OwnerIndex, SessionBackend } from "./backend.ts";
import { jitter } from "./jitter.ts";
import { hashOf, isSessionId, keyOf } from "./session_id.ts";

/** An entry outlives its session by so many seconds, as it is brought up to date only now and then. */
const SLACK = 300;
const MAX_ROUNDS = 64;
const PURPOSE = "satchel v1 owner";

/** What the list says of a session; times are in seconds since the Unix epoch. */
export interface ListEntry {
  readonly createdAt: number;
  readonly renewedAt: number;
  readonly label: string;
}

/**
 * The lists of accounts' sessions. A session is entered before its record is written and left out
 * after it is gone, so that none that is alive is ever missing; what is entered and not there is
 * found out when the list is read.
 *
 * Owners are hashed and entries sealed under a key that comes from the owner's name: a copy of the
 * data tells neither, except to who can guess the name.
 */
export class OwnerList implements SessionOwners {
  readonly #backend: SessionBackend;
  readonly #index: OwnerIndex;
  readonly #now: () => number;

  /**
   * @param backend Where the sessions are.
   * @param index Where the lists are.
   * @param now The clock, in milliseconds.
   */
  constructor(backend: SessionBackend, index: OwnerIndex, now: () => number) {
    this.#backend = backend;
    this.#index = index;
    this.#now = now;
  }

  /** The key of a session, which opens nothing. */
  async handleOf(value: string): Promise<string> {
    return isSessionId(value) ? await keyOf(value) : "";
  }

  /** Enters a session into its owner's list, or brings its entry up to date. */
  async enter(
    owner: string,
    key: string,
    { createdAt, renewedAt, label }: ListEntry,
    lifetime: number | null,
  ): Promise<void> {
    const seal = await AtRest.from(owner, PURPOSE);
    const text = await seal.seal(JSON.stringify([createdAt, renewedAt, label]));
    const ends = lifetime === null ? null : lifetime + SLACK;
    await this.#index.add(await hashOf(owner), key, text, ends);
  }

  /**
   * Takes a session off its owner's list. Should the backend fail now, an entry without a session
   * stays behind, and is swept up when the list is read.
   */
  async leave(owner: string, key: string): Promise<void> {
    try {
      await this.#index.remove(await hashOf(owner), key);
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
    }
  }

  /** The sessions of an account that are alive. */
  async list(owner: string): Promise<OwnedSession[]> {
    const found = await Promise.all(
      (await this.#entries(owner)).map(async ([handle, entry]) => {
        if (await this.#backend.read(handle) === null) {
          await this.#sweep(owner, handle, entry);
          return null;
        }
        const [createdAt, renewedAt] = [entry.createdAt, entry.renewedAt].map(toDate);
        return { handle, createdAt, renewedAt, label: entry.label } as OwnedSession;
      }),
    );
    return found.filter((session) => session !== null);
  }

  /**
   * Ends all sessions of an account but one. A session that gets a new id meanwhile is in the list
   * under that one too: so the list is read until nothing is left to end.
   */
  async destroy(owner: string, except: string | null): Promise<number> {
    const ended = new Set<string>();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (round > 0) await jitter(round);
      let left = 0;
      for (const [key, entry] of await this.#entries(owner)) {
        if (key === except) continue;
        const found = await this.#backend.read(key);
        if (found === null) {
          await this.#sweep(owner, key, entry);
          continue;
        }
        left++;
        const gone = { key, version: found.version, value: null, lifetime: null };
        if (await this.#backend.write([gone])) ended.add(key);
      }
      if (left === 0) return ended.size;
    }
    throw new SessionConflictError(
      `Cannot end the sessions: they were changed ${MAX_ROUNDS} times`,
    );
  }

  /** A young entry without a record may belong to a session that is being written just now. */
  async #sweep(owner: string, key: string, { renewedAt }: ListEntry): Promise<void> {
    if (this.#now() / 1000 - renewedAt > SLACK) await this.leave(owner, key);
  }

  async #entries(owner: string): Promise<[key: string, entry: ListEntry][]> {
    const texts = await this.#index.list(await hashOf(owner));
    if (texts.length === 0) return [];
    const seal = await AtRest.from(owner, PURPOSE);
    return await Promise.all(texts.map(async ([key, sealed]): Promise<[string, ListEntry]> => {
      const text = await seal.open(sealed);
      // An entry that cannot be read still names a session: it must be possible to end it.
      const [createdAt, renewedAt, label] = text === null ? [0, 0, ""] : JSON.parse(text);
      return [key, { createdAt, renewedAt, label }];
    }));
  }
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}
