import { Sessions } from "../session/sessions.ts";
import type { OwnedPage, SessionStore } from "../session/store.ts";
import { assert, assertSame } from "./contract_assert.ts";
import {
  find,
  inParallel,
  keep,
  newAccount,
  ownedBy,
  pause,
  recordOf,
  rejection,
  renew,
  requestWith,
  type StoreTests,
  type Values,
  writeOf,
} from "./contract_sample.ts";
import { listSessions, revokeSessions } from "./list_sessions.ts";

/** The present, in seconds: it must not pass on in the middle of a test. */
const PRESENT = Math.floor(Date.now() / 1000);

/** Keeps a session that began some seconds ago; its label is that number. */
function keepFrom(store: SessionStore, owner: string, secondsAgo: number): Promise<string> {
  const record = recordOf(1, owner);
  const createdAt = PRESENT - secondsAgo;
  return keep(store, { ...record, createdAt }, { label: String(secondsAgo) });
}

/** Keeps many sessions that all began in the same second. */
function keepMany(store: SessionStore, owner: string, count: number): Promise<string[]> {
  const record = recordOf(1, owner);
  return inParallel(count, () => keep(store, record));
}

/** Ends a session through its old id, which leaves its entry in the list. */
async function endByOldId(store: SessionStore, id: string): Promise<void> {
  assert(await renew(store, id) !== null, "The session got no new id");
  await store.destroy(id, "session");
}

async function handles(
  store: SessionStore,
  owner: string,
  page?: Partial<OwnedPage>,
): Promise<string[]> {
  return (await ownedBy(store, owner, page)).map(({ handle }) => handle);
}

/** Lists all handles of an account, page by page. */
async function pagesOf(store: SessionStore, owner: string, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let before: string | null = null;;) {
    const page = await handles(store, owner, { limit, before });
    pages.push(page);
    if (page.length < limit) return pages;
    before = page.at(-1) ?? null;
  }
}

/** Proves that lists of accounts' sessions come in order and in pages. */
export const ownerPageTests: StoreTests = {
  async "lists what began last first, page by page"({ store, other }) {
    const owner = newAccount();
    for (const ago of [300, 5, 4000, 100_000, 60, 7, 900]) await keepFrom(store, owner, ago);
    const all = ["5", "7", "60", "300", "900", "4000", "100000"];
    const cursors = [null, ...await handles(store, owner)];
    for (const limit of [1, 2, 6, 7, 8, 1000]) {
      for (const [at, before] of cursors.entries()) {
        const labels = (await ownedBy(other, owner, { limit, before })).map(({ label }) => label);
        assertSame(labels, all.slice(at, at + limit), `${limit} from ${at}`);
      }
    }
  },

  async "knows when sessions began, whatever was written since"({ store }) {
    const owner = newAccount();
    const id = await keepFrom(store, owner, 500);
    const loaded = await find(store, id);
    const { createdAt, renewedAt } = loaded.record;
    const record = { ...loaded.record, renewedAt: renewedAt + 1 };
    await store.save(writeOf(record, { value: id, loaded }));
    const [listed] = await ownedBy(store, owner);
    assertSame(listed?.createdAt.getTime(), createdAt * 1000, "When it began");
  },

  async "pages through more sessions of one second than are read in one step"({ store }) {
    const owner = newAccount();
    await keepMany(store, owner, 230);
    const all = await handles(store, owner);
    assertSame(all.length, 230, "Sessions");
    assertSame(all, all.toSorted().reverse(), "Their order");
    for (const limit of [23, 100, 101]) {
      const pages = await pagesOf(store, owner, limit);
      assertSame(pages.flat(), all, `Pages of ${limit}`);
      assertSame(pages.length, Math.floor(230 / limit) + 1, `Pages of ${limit}`);
    }
  },

  async "fills pages though there are ended sessions between"({ store }) {
    const owner = newAccount();
    const ids = await keepMany(store, owner, 160);
    await Promise.all(ids.map((id, at) => at % 4 === 0 ? null : endByOldId(store, id)));
    const living = await handles(store, owner);
    const pages = await pagesOf(store, owner, 15);
    assertSame(pages.map((page) => page.length), [15, 15, 10], "Sizes of pages");
    assertSame(pages.flat(), living, "The list");
  },

  async "goes on after a session that has ended meanwhile"({ store }) {
    const owner = newAccount();
    await keepMany(store, owner, 9);
    const all = await handles(store, owner);
    const [ended = "", spared = "", last = ""] = [all[3], all[4], all[6]];
    assertSame(await store.owners?.destroy(owner, spared), 8, "Sessions ended");
    assertSame(await handles(store, owner, { before: ended }), [spared], "Below an ended one");
    assertSame(await handles(store, owner, { before: last }), [], "Below the last one");
  },

  async "gives nothing after what is not a handle"({ store }) {
    const owner = newAccount();
    const id = await keep(store, recordOf(1, owner));
    const [handle = ""] = await handles(store, owner);
    for (const before of ["", "~", "9", id, `${handle}x`, "z".repeat(5000), "\ud800", "é", "["]) {
      assertSame(await handles(store, owner, { before }), [], `Before ${before}`);
    }
  },

  async "ends more sessions than are read in one step, all but one"({ store, other }) {
    const [owner, bob] = [newAccount(), newAccount()];
    const [spared = ""] = await keepMany(store, owner, 230);
    const bobs = await keep(store, recordOf(1, bob));
    const handle = await other.owners?.handleOf(spared, "session") ?? "";
    assertSame(await other.owners?.destroy(owner, handle), 229, "Sessions ended");
    assertSame(await handles(store, owner), [handle], "The list");
    for (const id of [spared, bobs]) assertSame(await rejection(store, id), null, "A spared one");
    assertSame(await store.owners?.destroy(owner, null), 1, "Sessions ended");
    assertSame(await handles(store, owner), [], "The list");
  },

  async "ends sessions below many entries without a session"({ store }) {
    const owner = newAccount();
    const ended = await keepMany(store, owner, 110);
    await Promise.all(ended.map((id) => endByOldId(store, id)));
    const id = await keepFrom(store, owner, 1000);
    assertSame((await handles(store, owner, { limit: 1 })).length, 1, "Sessions");
    assertSame(await store.owners?.destroy(owner, null), 1, "Sessions ended");
    assertSame(await rejection(store, id), "unknown id", "Why it is not given");
  },

  async "ends many sessions of which some get new ids all the time"({ store, other }) {
    const owner = newAccount();
    const ids = await keepMany(store, owner, 250);
    let isOver = false;
    const movers = ids.filter((_, at) => at % 25 === 0).map(async (id) => {
      while (!isOver) {
        const next = await renew(other, id);
        if (next === null && await rejection(other, id) !== null) break;
        id = next ?? id;
      }
      return id;
    });
    await pause(5);
    await store.owners?.destroy(owner, null);
    isOver = true;
    for (const id of [...ids, ...await Promise.all(movers)]) {
      assert(await rejection(store, id) !== null, "A session is left");
    }
    assertSame(await handles(store, owner), [], "The list");
  },

  async "lists an account's sessions in pages to an application"({ store }) {
    const owner = newAccount();
    const sessions = new Sessions<Values>({ store });
    const ids = await inParallel(105, (ago) => keepFrom(store, owner, ago));
    const current = await sessions.load(requestWith(ids[102] ?? ""));
    const first = await listSessions(sessions, owner, { current });
    assertSame(first.map(({ label }) => Number(label)), [...ids.keys()].slice(0, 100), "Page 1");
    assert(!first.some((session) => session.current), "The current session is on page 1");
    const before = first.at(-1)?.handle;
    const second = await listSessions(sessions, owner, { current, before, limit: 10 });
    assertSame(second.map(({ label }) => Number(label)), [100, 101, 102, 103, 104], "Page 2");
    const isCurrent = second.map((session) => session.current);
    assertSame(isCurrent, [false, false, true, false, false], "The current session on page 2");
    assertSame(await revokeSessions(sessions, owner, { except: current }), 104, "Revoked");
    const left = await listSessions(sessions, owner, { current });
    const found = left.map(({ label, current }) => [label, current]);
    assertSame(found, [["102", true]], "The list");
  },
};
