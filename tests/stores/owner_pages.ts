import { listSessions, revokeSessions } from "../../src/stores/server.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Sessions, type SessionStore } from "../../src/session/mod.ts";
import type { Test } from "./behaviour.ts";
import { end, find, keep, ownedBy, recordOf, refusal, writeOf } from "./sample.ts";

/** The present of these tests: it must not pass from one second to the next in the middle. */
const PRESENT = recordOf(1).createdAt;

/** Keeps a session of ann's that began so many seconds ago; its label says so as well. */
function keepFrom(store: SessionStore, secondsAgo: number): Promise<string> {
  const record = recordOf(1, "ann");
  const createdAt = PRESENT - secondsAgo;
  return keep(store, { ...record, createdAt }, String(secondsAgo));
}

/** Keeps many sessions of ann's that all began in the same second. */
function keepMany(store: SessionStore, count: number): Promise<string[]> {
  const record = recordOf(1, "ann");
  return Promise.all(Array.from({ length: count }, () => keep(store, record)));
}

/** Gives a session a new id; returns that, or null if it has ended. */
async function renew(store: SessionStore, id: string): Promise<string | null> {
  const loaded = await store.load(id, "session");
  if (loaded.record === null) return null;
  return await store.save(writeOf(loaded.record, { value: id, loaded, regenerate: true }));
}

/** The handles of all sessions of ann's, page by page. */
async function pages(store: SessionStore, limit: number): Promise<string[][]> {
  const all: string[][] = [];
  for (let before: string | null = null;;) {
    const page: string[] = (await ownedBy(store, "ann", { limit, before })).map(({ handle }) =>
      handle
    );
    all.push(page);
    if (page.length < limit) return all;
    before = page.at(-1) ?? null;
  }
}

/** Registers tests that lists of accounts' sessions come in order and in pages. */
export function ownerPages(test: Test): void {
  test("lists what began last first, page by page", async (place, store) => {
    for (const ago of [300, 5, 4000, 100_000, 60, 7, 900]) await keepFrom(store, ago);
    const labels = async (limit: number, before: string | null): Promise<string[]> => {
      return (await ownedBy(place.open(), "ann", { limit, before })).map(({ label }) => label);
    };
    const all = ["5", "7", "60", "300", "900", "4000", "100000"];
    const handles = (await ownedBy(store, "ann")).map(({ handle }) => handle);
    for (const limit of [1, 2, 6, 7, 8, 1000]) {
      for (const [at, before] of [null, ...handles].entries()) {
        assertEquals(await labels(limit, before), all.slice(at, at + limit), `${limit} from ${at}`);
      }
    }
  });

  test("tells when sessions began, whatever was written since", async (_, store) => {
    const id = await keepFrom(store, 500);
    const { record } = await find(store, id);
    const write = { value: id, loaded: await find(store, id) };
    await store.save(writeOf({ ...record, renewedAt: record.renewedAt + 1 }, write));
    const [{ createdAt } = { createdAt: new Date(0) }] = await ownedBy(store, "ann");
    assertEquals(createdAt.getTime(), record.createdAt * 1000);
  });

  test("pages through more sessions of one second than it reads in one step", async (_, store) => {
    await keepMany(store, 230);
    const handles = (await ownedBy(store, "ann")).map(({ handle }) => handle);
    assertEquals(handles.length, 230);
    assertEquals(handles, handles.toSorted().reverse());
    for (const limit of [23, 100, 101]) {
      const all = await pages(store, limit);
      assertEquals(all.flat(), handles);
      assertEquals(all.length, Math.floor(230 / limit) + 1);
    }
  });

  test("fills pages though there are ended sessions between", async (_, store) => {
    const ids = await keepMany(store, 160);
    // Ended through its old id, a session leaves its entry in the list.
    const old = ids.filter((_, at) => at % 4 !== 0);
    await Promise.all(old.map(async (id) => {
      assert(await renew(store, id));
      await end(store, id);
    }));
    const living = await ownedBy(store, "ann");
    assertEquals(living.length, 40);
    assertEquals((await pages(store, 15)).map((page) => page.length), [15, 15, 10]);
    assertEquals((await pages(store, 15)).flat(), living.map(({ handle }) => handle));
  });

  test("goes on after a session that has ended meanwhile", async (_, store) => {
    await keepMany(store, 9);
    const handles = (await ownedBy(store, "ann")).map(({ handle }) => handle);
    const others = handles[4] ?? "";
    assertEquals(await store.owners?.destroy("ann", others), 8);
    const before = handles[3] ?? "";
    assertEquals((await ownedBy(store, "ann", { before })).map(({ handle }) => handle), [others]);
    assertEquals(await ownedBy(store, "ann", { before: handles[6] ?? "" }), []);
  });

  test("gives nothing after what is no handle", async (_, store) => {
    const id = await keep(store, recordOf(1, "ann"));
    const [{ handle } = { handle: "" }] = await ownedBy(store, "ann");
    for (const before of ["", "~", "9", id, `${handle}x`, "z".repeat(5000), "\ud800", "é", "["]) {
      assertEquals(await ownedBy(store, "ann", { before }), [], before);
    }
    assertEquals((await ownedBy(store, "ann", { before: `9${handle.slice(1)}` })).length, 1);
  });

  test("ends more sessions than it reads in one step, all but one", async (place, store) => {
    const [, spared = ""] = await keepMany(store, 230);
    const bob = await keep(store, recordOf(1, "bob"));
    const other = place.open();
    const handle = await other.owners?.handleOf(spared, "session") ?? "";
    assertEquals(await other.owners?.destroy("ann", handle), 229);
    assertEquals((await ownedBy(store, "ann")).map(({ handle }) => handle), [handle]);
    for (const id of [spared, bob]) assertEquals(await refusal(store, id), null);
    assertEquals(await store.owners?.destroy("ann", null), 1);
    assertEquals(await ownedBy(store, "ann"), []);
  });

  test("ends sessions below many entries without a session", async (_, store) => {
    const old = await keepMany(store, 110);
    await Promise.all(old.map(async (id) => {
      assert(await renew(store, id));
      await end(store, id);
    }));
    const id = await keepFrom(store, 1000);
    assertEquals((await ownedBy(store, "ann", { limit: 1 })).length, 1);
    assertEquals(await store.owners?.destroy("ann", null), 1);
    assertEquals(await refusal(store, id), "unknown id");
  });

  test("ends many sessions of which some get new ids all the time", async (place, store) => {
    const ids = await keepMany(store, 250);
    let over = false;
    const movers = ids.filter((_, at) => at % 25 === 0).map(async (first) => {
      const store = place.open();
      let id = first;
      while (!over) {
        const next = await renew(store, id);
        if (next === null && await refusal(store, id) !== null) break;
        id = next ?? id;
      }
      return id;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.owners?.destroy("ann", null);
    over = true;
    for (const id of [...ids, ...await Promise.all(movers)]) {
      assertNotEquals(await refusal(store, id), null);
    }
    assertEquals(await ownedBy(store, "ann"), []);
  });

  test("lists an account's sessions in pages through the manager", async (_, store) => {
    const sessions = new Sessions<{ counter: number }>({ store });
    const ids = await Promise.all(Array.from({ length: 105 }, (_, at) => keepFrom(store, at)));
    const headers = { cookie: `session=${ids[102]}` };
    const current = await sessions.load(new Request("http://localhost/", { headers }));
    const first = await listSessions(sessions, "ann", { current });
    assertEquals(first.map(({ label }) => label), Array.from({ length: 100 }, (_, at) => `${at}`));
    assert(first.every((session) => !session.current));
    const before = first.at(-1)?.handle;
    const second = await listSessions(sessions, "ann", { current, before, limit: 10 });
    assertEquals(second.map(({ label }) => label), ["100", "101", "102", "103", "104"]);
    assertEquals(second.map((session) => session.current), [false, false, true, false, false]);
    assertEquals(await revokeSessions(sessions, "ann", { except: current }), 104);
    const left = await listSessions(sessions, "ann", { current });
    assertEquals(left.map(({ label, current }) => [label, current]), [["102", true]]);
  });
}
