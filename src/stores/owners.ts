import { backoff } from "../session/contention.ts";
import { SessionConflictError, SessionStoreError } from "../session/errors.ts";
import type { SessionRecord } from "../session/record.ts";
import type { OwnedPage, OwnedSession } from "../session/store.ts";
import { isTombstone, RecordSeal } from "./envelope.ts";
import type { OwnerIndex, SessionBackend, StoredValue } from "./backend.ts";
import { hashOf } from "./session_id.ts";

/** Seconds by which an entry outlives its session: it is updated less often than that. */
const SLACK = 300;
const MAX_ROUNDS = 64;
/** The longest pause between two rounds, in milliseconds. */
const MAX_PAUSE = 32;
/** The most entries that are read in one step, and the fewest, since some may be stale. */
const MAX_BATCH = 100;
const MIN_BATCH = 10;
const PURPOSE = "satchel v1 owner";
/** Digits of the time in an entry's name: enough for every safe integer. */
const TIME_LENGTH = 16;
const ENTRY = /^\d{16}[\w-]{47}$/;

/** The place of a session in the lists. */
export interface Place {
  readonly owner: string;
  /** The entry's name, from {@linkcode entryOf}. */
  readonly entry: string;
}

/** The text of an entry; the time is in seconds since the Unix epoch. */
export interface ListEntry {
  readonly renewedAt: number;
  readonly label: string;
}

type Outcome = "absent" | "changed" | "ended";

/** An account: its name in the index, and the seal of its entries. */
interface Account {
  readonly hash: string;
  readonly seal: RecordSeal;
}

/**
 * Names the entry of a session: when it began, in digits of fixed width, and its key. So names sort
 * by time.
 */
export function entryOf({ createdAt }: SessionRecord, key: string): string {
  return String(Math.max(0, createdAt)).padStart(TIME_LENGTH, "0") + key;
}

/** Returns the place of a session in its owner's list; null if it has no owner. */
export function placeOf(record: SessionRecord, key: string): Place | null {
  const { owner } = record;
  return owner === null ? null : { owner, entry: entryOf(record, key) };
}

/**
 * The lists of accounts' sessions. A session is entered before its record is written and removed
 * after it is deleted, so a living session is always listed; stale entries are dropped on read.
 *
 * Owners are hashed and entries sealed under a key that comes from the owner's name: a copy of the
 * database shows when sessions began, and nothing else to readers who cannot guess the name.
 */
export class OwnerList {
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

  /** Enters a session into its owner's list, or updates its entry. */
  async enter(
    { owner, entry }: Place,
    { renewedAt, label }: ListEntry,
    lifetime: number | null,
  ): Promise<void> {
    const { hash, seal } = await accountOf(owner);
    const text = await seal.seal(JSON.stringify([renewedAt, label]));
    await this.#index.add(hash, entry, text, lifetime === null ? null : lifetime + SLACK);
  }

  /**
   * Takes a session off its owner's list. If the backend fails here, an entry without a session
   * stays behind; reading the list removes it later.
   */
  async leave({ owner, entry }: Place): Promise<void> {
    await this.#remove(await hashOf(owner), entry);
  }

  /** Lists one page of the sessions of an account that are alive, in the order of their names. */
  async list(owner: string, { limit, before }: OwnedPage): Promise<OwnedSession[]> {
    if (before !== null && !ENTRY.test(before)) return [];
    const account = await accountOf(owner);
    const living: OwnedSession[] = [];
    let cursor: string | null = before;
    while (living.length < limit) {
      const size = Math.min(Math.max(limit - living.length, MIN_BATCH), MAX_BATCH);
      const batch = await this.#index.list(account.hash, { limit: size, before: cursor });
      const found = await Promise.all(
        batch.map(([entry, text]) => this.#find(account, entry, text)),
      );
      living.push(...found.filter((session) => session !== null));
      if (batch.length < size) break;
      cursor = batch.at(-1)?.[0] ?? null;
    }
    return living.slice(0, limit);
  }

  /**
   * Ends all sessions of an account but one, in rounds through its list until a round finds nothing
   * to end. A session that gets a new id meanwhile is in the list under that id too. Where its place
   * changes, it can move from the unread part of the list into the part that was read: so a list of
   * more than one step needs two such rounds.
   */
  async destroy(owner: string, except: string | null): Promise<number> {
    const account = await accountOf(owner);
    const spared = except === null ? null : keyIn(except);
    let ended = 0;
    let calm = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (round > 0 && calm === 0) await backoff(round, MAX_PAUSE);
      const { found, gone, steps } = await this.#endRound(account, spared);
      ended += gone;
      calm = found === 0 ? calm + 1 : 0;
      if (calm === 2 || (calm === 1 && steps === 1)) return ended;
    }
    throw new SessionConflictError(
      `Cannot end the sessions: they were changed ${MAX_ROUNDS} times`,
    );
  }

  /** Ends one session; false if its handle is not in the account's list, or its session is gone. */
  async revoke(owner: string, handle: string): Promise<boolean> {
    if (!ENTRY.test(handle)) return false;
    const account = await accountOf(owner);
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const page = { limit: 1, before: `${handle}-` }; // the least of the names that come after it
      const [[entry, text] = ["", ""]] = await this.#index.list(account.hash, page);
      if (entry !== handle) return false;
      const outcome = await this.#end(account, entry, text);
      if (outcome !== "changed") return outcome === "ended";
      await backoff(round, MAX_PAUSE);
    }
    throw new SessionConflictError(`Cannot end the session: it was changed ${MAX_ROUNDS} times`);
  }

  /** Goes through a list once; counts the sessions that it found and ended, and its steps. */
  async #endRound(
    account: Account,
    spared: string | null,
  ): Promise<{ found: number; gone: number; steps: number }> {
    let found = 0;
    let gone = 0;
    let cursor: string | null = null;
    for (let steps = 1;; steps++) {
      const page = { limit: MAX_BATCH, before: cursor };
      const batch: [string, string][] = await this.#index.list(account.hash, page);
      await Promise.all(batch.map(async ([entry, text]) => {
        if (keyIn(entry) === spared) return;
        const outcome = await this.#end(account, entry, text);
        if (outcome !== "absent") found++;
        if (outcome === "ended") gone++;
      }));
      if (batch.length < MAX_BATCH) return { found, gone, steps };
      await backoff(0, 0); // a store that answers in memory gives other requests no turn
      cursor = batch.at(-1)?.[0] ?? null;
    }
  }

  async #end(account: Account, entry: string, text: string): Promise<Outcome> {
    const key = keyIn(entry);
    const found = await this.#backend.read(key);
    if (found === null) {
      await this.#sweep(account, entry, null, await open(account, text));
      return "absent";
    }
    if (isTombstone(found.value)) { // it may live on in the part of the list that was read
      await this.#index.remove(account.hash, entry); // or fail: it would be met in every round
      return "changed";
    }
    const gone = { key, version: found.version, value: null, lifetime: null };
    if (!await this.#backend.write([gone])) return "changed";
    await this.#remove(account.hash, entry);
    return "ended";
  }

  /** Describes the session of an entry; null if it is gone. */
  async #find(account: Account, entry: string, text: string): Promise<OwnedSession | null> {
    const [found, said] = await Promise.all([
      this.#backend.read(keyIn(entry)),
      open(account, text),
    ]);
    if (found === null || isTombstone(found.value)) {
      await this.#sweep(account, entry, found, said);
      return null;
    }
    const [createdAt, renewedAt] = [Number(entry.slice(0, TIME_LENGTH)), said.renewedAt];
    return {
      handle: entry,
      createdAt: new Date(createdAt * 1000),
      renewedAt: new Date(renewedAt * 1000),
      label: said.label,
    };
  }

  /** Removes an entry that leads to a tombstone, or for long to nothing: a young one may yet. */
  async #sweep(
    { hash }: Account,
    entry: string,
    found: StoredValue | null,
    { renewedAt }: ListEntry,
  ): Promise<void> {
    const isOld = this.#now() / 1000 - renewedAt > SLACK;
    if (found !== null || isOld) await this.#remove(hash, entry);
  }

  async #remove(hash: string, entry: string): Promise<void> {
    try {
      await this.#index.remove(hash, entry);
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
    }
  }
}

async function accountOf(owner: string): Promise<Account> {
  const [hash, seal] = await Promise.all([hashOf(owner), RecordSeal.from(owner, PURPOSE)]);
  return { hash, seal };
}

/** Reads an entry. One that cannot be read still names a session: it must be possible to end it. */
async function open({ seal }: Account, sealed: string): Promise<ListEntry> {
  const text = await seal.open(sealed);
  const [renewedAt, label] = text === null ? [0, ""] : JSON.parse(text);
  return { renewedAt, label };
}

function keyIn(entry: string): string {
  return entry.slice(TIME_LENGTH);
}
