/**
 * The suite that proves a store: what `SessionStore` promises, as checks for any test runner.
 *
 * @example
 * ```ts
 * import { storeContract } from "@satchel/satchel/stores/contract";
 * import { MemoryStore } from "@satchel/satchel/stores/memory";
 *
 * const store = new MemoryStore();
 * for (const { run } of storeContract(() => store)) await run(); // Deno.test(name, run)
 * ```
 *
 * @module
 */

import { SessionSizeError } from "../session/errors.ts";
import { blankRecord, type SessionRecord } from "../session/record.ts";
import type { LoadedSession, SessionStore, SessionWrite } from "../session/store.ts";

export type { SessionRecord } from "../session/record.ts";
export type {
  LoadedSession,
  LoadResult,
  OwnedPage,
  SessionOwners,
  SessionWrite,
} from "../session/store.ts";

/** One promise of a store. */
export interface StoreCheck {
  /** The promise, as a test's name. */
  readonly name: string;
  /** Checks it; throws an `Error` that says how the store breaks it. */
  readonly run: () => Promise<void>;
}

type Open = () => Promise<SessionStore>;

const NAME = "session";

/**
 * Makes the checks that a store with versions has to pass: parallel writes lose nothing, what ended
 * stays dead, ids are the store's own. Each check works on new sessions, so the database need not be
 * empty; they are not removed afterwards. Where the store keeps owners, those are checked as well.
 *
 * The cookie store is none of these: there, the last response wins.
 *
 * @param open Opens a store on the database under test. It is called several times in one check,
 * for several processes on one database; without a database it returns the same store.
 * @returns The checks, in any order.
 */
export function storeContract(open: () => SessionStore | Promise<SessionStore>): StoreCheck[] {
  return Object.entries(PROMISES)
    .map(([name, check]) => ({ name, run: () => check(async () => await open()) }));
}

const PROMISES: Readonly<Record<string, (open: Open) => Promise<void>>> = {
  "gives back all that was saved, to every process": async (open) => {
    const record = full();
    const value = await keep(await open(), record);
    for (const store of [await open(), await open()]) {
      same((await find(store, value)).record, record, "the record");
    }
  },

  "writes nothing over what is newer": async (open) => {
    const [one, two] = [await open(), await open()];
    const value = await keep(one, counting(1));
    const [first, second] = [await find(one, value), await find(two, value)];
    const kept = await one.save(writeOf(counting(2), { value, loaded: first }));
    const late = writeOf(counting(3), { value, loaded: second });
    same(await two.save(late), null, "a late write");
    same(await two.save({ ...late, regenerate: true }), null, "a late write with a new id");
    same((await find(two, kept ?? "")).record.data, { counter: 2 }, "the data");
  },

  "lets exactly one of many parallel writes through": async (open) => {
    const stores = [await open(), await open(), await open()];
    const value = await keep(await open(), counting(-1));
    const loaded = await Promise.all(stores.map((store) => find(store, value)));
    const saves = Array.from({ length: 24 }, (_, index) => {
      const write = writeOf(counting(index), { value, loaded: loaded[index % 3] });
      return stores[index % 3]?.save(write);
    });
    const saved = await Promise.all(saves);
    const [index = -1, ...others] = saved.flatMap((kept, index) => kept === null ? [] : [index]);
    same(others, [], "the list of further writes that went through");
    const { record } = await find(await open(), saved[index] ?? "");
    same(record.data, { counter: index }, "the data");
  },

  "brings nothing back that was destroyed": async (open) => {
    const [one, two] = [await open(), await open()];
    const value = await keep(one, counting(1));
    const loaded = await find(two, value);
    await one.destroy(value, NAME);
    await one.destroy(value, NAME); // no fault where there is nothing
    await dead(two, value, "the destroyed session");
    const late = writeOf(counting(2), { value, loaded });
    same(await two.save(late), null, "a late write");
    same(await two.save({ ...late, regenerate: true }), null, "a late write with a new id");
    await dead(one, value, "the destroyed session");
  },

  "gives a session a new id in the write that ends the old one": async (open) => {
    const [one, two] = [await open(), await open()];
    const value = await keep(one, counting(1));
    const [loaded, late] = [await find(one, value), await find(two, value)];
    const fresh = await one.save(writeOf(counting(2), { value, loaded, regenerate: true }));
    if (fresh === null || fresh === value) return fail("the new id", fresh, "another one");
    same((await find(two, fresh)).record.data, { counter: 2 }, "the data");
    for (const store of [one, two]) await dead(store, value, "the old id");
    same(
      await two.save(writeOf(counting(3), { value, loaded: late })),
      null,
      "a write of the old id",
    );
    same((await find(one, fresh)).record.data, { counter: 2 }, "the data");
  },

  "adopts no value that it did not hand out": async (open) => {
    const store = await open();
    const [value, gone] = [await keep(store, counting(1)), await keep(store, counting(1))];
    await store.destroy(gone, NAME);
    const guess = value.slice(0, -1) + (value.endsWith("A") ? "B" : "A");
    const foreign = ["", "x", `${value}A`, ` ${value}`, "é".repeat(48), "A".repeat(100_000)];
    for (const given of [gone, guess, ...foreign]) {
      await dead(store, given, "a value that was not handed out");
      const kept = await store.save(writeOf(counting(2), { value: given }));
      if (kept === given || kept === null) fail("the id of a new session", kept, "its own");
      await dead(store, given, "a value that was not handed out");
      await store.destroy(given, NAME);
    }
    same((await find(store, value)).record.data, { counter: 1 }, "the data of another session");
  },

  "lets a value hold under one cookie name only": async (open) => {
    const store = await open();
    const value = await keep(store, counting(1));
    for (const name of ["auth", "Session", "", "__Host-session"]) {
      const { record } = await store.load(value, name);
      same(record, null, `what the cookie name ${JSON.stringify(name)} opens`);
      await store.destroy(value, name);
    }
    same((await find(store, value)).record.data, { counter: 1 }, "the data");
  },

  "refuses what is larger than its limit, before it writes anything": async (open) => {
    const store = await open();
    if (store.limit === null) return;
    const value = await keep(store, counting(1));
    const loaded = await find(store, value);
    const large = { ...counting(2), data: { text: "x".repeat(store.limit) } };
    same(store.measure(large, 0) > store.limit, true, "that it measures too much");
    const error = await store.save(writeOf(large, { value, loaded })).catch((reason) => reason);
    if (!(error instanceof SessionSizeError)) fail("the error", error, "SessionSizeError");
    same((await find(store, value)).record.data, { counter: 1 }, "the data");
  },

  "answers a ping": async (open) => await (await open()).ping(),

  "lists an account's sessions, newest first and in pages, and ends them": async (open) => {
    const store = await open();
    const { owners } = await open();
    if (owners === undefined) return;
    const owner = `${crypto.randomUUID()} Ångström`;
    const values: string[] = [];
    for (const age of [30, 20, 10]) {
      const began = counting(age).createdAt - age;
      const record = { ...counting(age), createdAt: began, renewedAt: began, owner };
      values.unshift(await keep(store, record, `age ${age}`));
    }
    const other = await keep(store, { ...counting(0), owner: `${owner}.` });
    const all = await owners.list(owner, { limit: 10, before: null });
    same(all.map(({ label }) => label), ["age 10", "age 20", "age 30"], "the list");
    const handles = all.map(({ handle }) => handle);
    same(await Promise.all(values.map((it) => owners.handleOf(it, NAME))), handles, "the handles");
    for (const handle of handles) await dead(store, handle, "a handle");
    const newest = handles[0] ?? "";
    const page = await owners.list(owner, { limit: 1, before: newest });
    same(page.map(({ label }) => label), ["age 20"], "the second page");
    same(await owners.destroy(owner, newest), 2, "how many were ended");
    for (const value of values.slice(1)) await dead(store, value, "an ended session");
    same((await owners.list(owner, { limit: 10, before: null })).length, 1, "what is left");
    await find(store, other);
    same(await owners.destroy(owner, null), 1, "how many were ended");
    await dead(store, values[0] ?? "", "an ended session");
  },
};

/** A record in which everything is used. */
function full(): SessionRecord {
  return {
    ...counting(7),
    data: { text: "añ😀\u0000", list: [1, null, { deep: true }] },
    flash: [{ level: "info", message: "Hello" }],
    csrf: "c".repeat(43),
    forms: [["sign-up", [["name", "Ada"]]]],
  };
}

function counting(counter: number): SessionRecord {
  return { ...blankRecord(Math.floor(Date.now() / 1000)), data: { counter } };
}

/** A write of a new session, unless more is said. */
function writeOf(record: SessionRecord, rest: Partial<SessionWrite> = {}): SessionWrite {
  return {
    cookieName: NAME,
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

async function keep(store: SessionStore, record: SessionRecord, label = ""): Promise<string> {
  const value = await store.save(writeOf(record, { label }));
  return value ?? fail("the value of a new session", value, "a text");
}

async function find(store: SessionStore, value: string): Promise<LoadedSession> {
  const found = await store.load(value, NAME);
  return found.record === null ? fail("a living session", found.reason, "a record") : found;
}

async function dead(store: SessionStore, value: string, what: string): Promise<void> {
  same((await store.load(value, NAME)).record, null, what);
}

function same(found: unknown, wanted: unknown, what: string): void {
  const [a, b] = [found, wanted].map((it) => JSON.stringify(it, sorted));
  if (a !== b) fail(what, a, b);
}

/** An object's keys may come in any order. */
function sorted(_: string, value: unknown): unknown {
  const isPlain = typeof value === "object" && value !== null && !Array.isArray(value);
  return isPlain ? Object.fromEntries(Object.entries(value).sort()) : value;
}

function fail(what: string, found: unknown, wanted: unknown): never {
  throw new Error(`The store breaks its contract: ${what} is ${found}, expected ${wanted}`);
}
