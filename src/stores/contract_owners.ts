import type { Session } from "../session/session.ts";
import { Sessions } from "../session/sessions.ts";
import { assert, assertRejects, assertSame } from "./contract_assert.ts";
import {
  counter,
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

/** Proves that a store lists the sessions of accounts and ends them. */
export const ownerTests: StoreTests = {
  async "lists an owner's sessions and ends them"({ store, other }) {
    const [ann, bob] = [newAccount(), newAccount()];
    const labels = async (): Promise<string[]> => {
      return (await ownedBy(store, ann)).map(({ label }) => label).toSorted();
    };
    const first = await keep(store, recordOf(1, ann), { label: "A" });
    const second = await keep(other, recordOf(2, ann), { label: "B" });
    const others = [await keep(store, recordOf(3)), await keep(store, recordOf(4, bob))];
    assertSame(await labels(), ["A", "B"], "Labels");
    for (const { handle, createdAt, renewedAt } of await ownedBy(store, ann)) {
      assert(await rejection(store, handle) !== null, "A handle opens a session");
      assert(Math.abs(Date.now() - createdAt.getTime()) < 5000, `It began ${createdAt}`);
      assertSame(createdAt, renewedAt, "Its times");
    }
    const { owners } = store;
    assert(owners !== undefined, "The store keeps no owners");
    const spared = await owners.handleOf(second, "session");
    assertSame(await owners.destroy(ann, spared), 1, "Sessions ended");
    assertSame(await rejection(store, first), "unknown id", "Why it is not given");
    assertSame(await labels(), ["B"], "Labels");
    assertSame(await owners.destroy(ann, null), 1, "Sessions ended");
    assertSame(await labels(), [], "Labels");
    const many = await inParallel(3, (index) => keep(store, recordOf(index, ann)));
    assertSame(await labels(), ["", "", ""], "Labels");
    assertSame(await owners.destroy(ann, null), 3, "Sessions ended");
    for (const id of [second, ...many]) {
      assertSame(await rejection(store, id), "unknown id", "Why it is not given");
    }
    assertSame(await labels(), [], "Labels");
    for (const id of others) assertSame(await rejection(store, id), null, "Why it is not given");
    assertSame(await owners.destroy(newAccount(), null), 0, "Sessions of an unknown account");
    assertSame(await owners.handleOf("malformed", "session"), "", "The handle of nothing");
  },

  async "keeps a page private that lists or ends the sessions of an account"({ store }) {
    const owner = newAccount();
    const id = await keep(store, recordOf(1, owner));
    const sessions = new Sessions<Values>({ store });
    const ask = async (use: (session: Session<Values>) => Promise<unknown>) => {
      return await sessions.handle(requestWith(id), async (session) => {
        const headers = { "cache-control": "public, max-age=60" };
        return Response.json(await use(session), { headers });
      });
    };
    for (
      const { headers } of [
        await ask((current) => listSessions(sessions, owner, { current })),
        await ask((except) => revokeSessions(sessions, owner, { except })),
      ]
    ) {
      assertSame(headers.get("vary"), "Cookie", "Vary");
      assertSame(headers.get("cache-control"), "private, max-age=60", "Cache-Control");
    }
    assertSame(await rejection(store, id), null, "Why it is not given");
    const afterEnding = await ask((session) => {
      session.destroy();
      return revokeSessions(sessions, owner, { except: session });
    });
    assertSame(await afterEnding.json(), 1, "Sessions ended, the destroyed one among them");
    assertSame(await rejection(store, id), "unknown id", "Why it is not given");
    const current = await sessions.load(requestWith(null));
    await sessions.commit(current, new Response());
    await assertRejects(() => listSessions(sessions, owner, { current }), TypeError);
  },

  async "moves a session between the lists with its owner and its id"({ store }) {
    const [ann, bob] = [newAccount(), newAccount()];
    let id = await keep(store, recordOf(1));
    const write = async (owner: string | null, label: string, regenerate: boolean) => {
      const rest = { value: id, loaded: await find(store, id), label, regenerate };
      id = String(await store.save(writeOf(recordOf(1, owner), rest)));
      const lists = await Promise.all([ann, bob].map((owner) => ownedBy(store, owner)));
      return lists.map((list) => list.map(({ label }) => label));
    };
    assertSame(await write(ann, "signed in", true), [["signed in"], []], "After a sign-in");
    assertSame(await write(ann, "renewed", true), [["renewed"], []], "After a renewal");
    assertSame(await write(bob, "bob's", false), [[], ["bob's"]], "After a change of accounts");
    assertSame(await write(null, "", false), [[], []], "After a sign-out");
    assertSame(await counter(store, id), 1, "The counter");
  },

  async "takes a destroyed session off its owner's list"({ store, other }) {
    const owner = newAccount();
    await other.destroy(await keep(store, recordOf(1, owner)), "session");
    assertSame(await ownedBy(store, owner), [], "The list");
  },

  async "ends sessions that get new ids meanwhile"({ store, other }) {
    const owner = newAccount();
    const movers = (await inParallel(5, () => keep(store, recordOf(1, owner)))).map(async (id) => {
      for (let count = 0; count < 100; count++) {
        const next = await renew(other, id);
        if (next === null && await rejection(other, id) !== null) break;
        id = next ?? id;
      }
      return id;
    });
    await pause(5);
    await store.owners?.destroy(owner, null);
    for (const id of await Promise.all(movers)) {
      assertSame(await rejection(store, id), "unknown id", "Why it is not given");
    }
    assertSame(await ownedBy(store, owner), [], "The list");
  },
};
