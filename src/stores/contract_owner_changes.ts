import { Sessions } from "../session/sessions.ts";
import { assert, assertSame } from "./contract_assert.ts";
import {
  counter,
  find,
  inParallel,
  keep,
  newAccount,
  ownedBy,
  recordOf,
  rejection,
  renew,
  requestWith,
  type StoreTests,
  type Values,
  visit,
  writeOf,
} from "./contract_sample.ts";
import { listSessions, revokeSessions } from "./list_sessions.ts";

/** Proves that sessions of an account can be ended one by one, and belong to one account alone. */
export const ownerChangeTests: StoreTests = {
  async "ends the one session of a handle, in its own account"({ store, other }) {
    const [ann, bob] = [newAccount(), newAccount()];
    const ids = await inParallel(12, () => keep(store, recordOf(1, ann)));
    const bobs = await keep(store, recordOf(2, bob));
    const { owners } = store;
    assert(owners !== undefined && other.owners !== undefined, "The store keeps no owners");
    const [ended = "", ...rest] = ids;
    const handle = await owners.handleOf(ended, "session");
    const foreign = await owners.handleOf(bobs, "session");
    const near = handle.slice(0, -1) + (handle.endsWith("A") ? "B" : "A");
    for (
      const bad of [foreign, near, "", "~", ended, `${handle}x`, handle.slice(0, -1), "\ud800"]
    ) {
      assertSame(await owners.revoke(ann, bad), false, `Whether ${bad} was ended`);
    }
    assertSame((await ownedBy(store, ann)).length, 12, "Sessions");
    assertSame(await other.owners.revoke(ann, handle), true, "Whether it was ended");
    assertSame(await other.owners.revoke(ann, handle), false, "Whether it was ended again");
    for (const any of [store, other]) {
      assertSame(await rejection(any, ended), "unknown id", "Why it is not given");
    }
    for (const id of rest) assertSame(await rejection(store, id), null, "A session beside it");
    assertSame(await counter(store, bobs), 2, "The other account's session");
    assertSame((await ownedBy(store, ann)).length, 11, "Sessions");
  },

  async "ends a session by its handle while others write it all the time"({ store, other }) {
    const owner = newAccount();
    const id = await keep(store, recordOf(0, owner));
    const handle = await store.owners?.handleOf(id, "session") ?? "";
    const writers = inParallel(3, async () => {
      for (let count = 0; count < 300; count++) {
        const loaded = await other.load(id, "session");
        if (loaded.record === null) return;
        await other.save(writeOf(recordOf(count, owner), { value: id, loaded }));
      }
    });
    assertSame(await store.owners?.revoke(owner, handle), true, "Whether it was ended");
    await writers;
    assertSame(await rejection(store, id), "unknown id", "Why it is not given");
  },

  async "leaves an account as many sessions as it may have, the newest"({ store }) {
    const owner = newAccount();
    const sessions = new Sessions<Values>({ store });
    const labels = async (): Promise<string[]> => {
      return (await listSessions(sessions, owner)).map(({ label }) => label);
    };
    const { createdAt, ...rest } = recordOf(1, owner);
    for (const ago of [9, 1, 7, 3, 5]) {
      await keep(store, { ...rest, createdAt: createdAt - ago }, { label: `${ago}` });
    }
    assertSame(await revokeSessions(sessions, owner, { limit: 5 }), 0, "Sessions ended");
    assertSame(await revokeSessions(sessions, owner, { limit: 4 }), 1, "Sessions ended");
    assertSame(await labels(), ["1", "3", "5", "7"], "The list");
    // The oldest is the visitor's own, and counts.
    const own = (await listSessions(sessions, owner)).at(-1)?.handle;
    const id = await keep(store, { ...rest, createdAt: createdAt - 8 }, { label: "8" });
    const current = await sessions.load(requestWith(id));
    assertSame(await revokeSessions(sessions, owner, { limit: 3, except: current }), 2, "Ended");
    assertSame(await labels(), ["1", "3", "8"], "The list");
    assertSame(await revokeSessions(sessions, owner, { handle: own }), 0, "Ended before");
    // At a sign-in the visitor's session is in no list yet, and counts all the same.
    await visit(store, requestWith(null, "POST"), async (session) => {
      assertSame(await revokeSessions(sessions, owner, { limit: 3, except: session }), 1, "Ended");
      session.regenerate();
      session.setOwner(owner);
    });
    assertSame((await labels()).slice(1), ["1", "3"], "The list");
    assertSame((await labels()).length, 3, "Sessions");
  },

  async "gives a session that comes to another account another id"({ store, other }) {
    const [ann, bob] = [newAccount(), newAccount()];
    const ids = [await keep(store, recordOf(1))];
    for (const owner of [ann, bob, null, ann]) {
      const value = ids.at(-1) ?? "";
      const loaded = await find(store, value);
      ids.push(String(await store.save(writeOf({ ...loaded.record, owner }, { value, loaded }))));
    }
    assertSame(new Set(ids).size, 5, "Different ids");
    for (const id of ids.slice(0, -1)) {
      assertSame(await rejection(other, id), "retired", "Why an id of before opens nothing");
    }
    const lists = await Promise.all([ann, bob].map((owner) => ownedBy(store, owner)));
    assertSame(lists.map((list) => list.length), [1, 0], "Sessions of the two");
    const value = ids.at(-1) ?? "";
    const loaded = await find(store, value);
    assertSame(await store.save(writeOf(recordOf(2, ann), { value, loaded })), value, "Its id");
  },

  async "counts no retired id as a session of an account"({ store, other }) {
    const owner = newAccount();
    let id = await keep(store, recordOf(1, owner));
    const old = await store.owners?.handleOf(id, "session") ?? "";
    for (let count = 0; count < 5; count++) id = String(await renew(other, id));
    assertSame((await ownedBy(store, owner)).length, 1, "Sessions");
    assertSame(await store.owners?.revoke(owner, old), false, "Whether the old handle ends one");
    assertSame(await counter(store, id), 1, "The counter");
    assertSame(await store.owners?.destroy(owner, null), 1, "Sessions ended");
  },
};
