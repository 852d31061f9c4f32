import { listSessions, revokeSessions } from "../../src/stores/server.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Session, Sessions } from "../../src/session/mod.ts";
import type { Test } from "./behaviour.ts";
import { counter, end, find, keep, ownedBy, recordOf, refusal, writeOf } from "./sample.ts";

/** Registers tests of the lists of accounts' sessions. */
export function ownership(test: Test): void {
  test("lists an owner's sessions and ends them", async (place, store) => {
    const [one, two] = [await keep(store, recordOf(1, "ann"), "A"), await keep(store, recordOf(2))];
    const three = await keep(place.open(), recordOf(3, "ann"), "C");
    const bob = await keep(store, recordOf(4, "bob"), "B");
    const { owners } = store;
    assert(owners);
    const listed = await ownedBy(store, "ann");
    assertEquals(listed.map(({ label }) => label).toSorted(), ["A", "C"]);
    for (const { handle, createdAt, renewedAt } of listed) {
      assertEquals(await refusal(store, handle), "malformed");
      assert(Math.abs(Date.now() - createdAt.getTime()) < 5000);
      assertEquals(createdAt, renewedAt);
    }
    assertEquals(await owners.destroy("ann", await owners.handleOf(three, "session")), 1);
    assertEquals(await refusal(store, one), "unknown id");
    assertEquals((await ownedBy(store, "ann")).map(({ label }) => label), ["C"]);
    assertEquals(await owners.destroy("ann", null), 1);
    assertEquals(await ownedBy(store, "ann"), []);
    const many = await Promise.all([4, 5, 6].map((count) => keep(store, recordOf(count, "ann"))));
    assertEquals((await ownedBy(store, "ann")).length, 3);
    assertEquals(await owners.destroy("ann", null), 3);
    for (const id of [...many, three]) assertEquals(await refusal(store, id), "unknown id");
    assertEquals(await ownedBy(store, "ann"), []);
    for (const id of [two, bob]) assertEquals(await refusal(store, id), null);
    assertEquals(await owners.destroy("nobody", null), 0);
    assertEquals(await owners.handleOf("malformed", "session"), "");
  });

  test("keeps a page private that lists or ends the sessions of an account", async (_, store) => {
    const id = await keep(store, recordOf(1, "ann"));
    const sessions = new Sessions<{ counter: number }>({ store });
    const ask = (
      use: (session: Session<{ counter: number }>) => Promise<unknown>,
    ): Response | Promise<Response> => {
      const headers = { cookie: `session=${id}` };
      return sessions.handle(new Request("http://localhost/", { headers }), async (session) => {
        const headers = { "cache-control": "public, max-age=60" };
        return new Response(JSON.stringify(await use(session)), { headers });
      });
    };
    for (
      const use of [
        (current: Session<{ counter: number }>) => listSessions(sessions, "ann", { current }),
        (except: Session<{ counter: number }>) => revokeSessions(sessions, "ann", { except }),
      ]
    ) {
      const { headers } = await ask(use);
      assertEquals(headers.get("vary"), "Cookie");
      assertEquals(headers.get("cache-control"), "private, max-age=60");
    }
    assertEquals(await refusal(store, id), null);
    // A session that has ended is not spared.
    const ended = await ask((session) => {
      session.destroy();
      return revokeSessions(sessions, "ann", { except: session });
    });
    assertEquals(await ended.text(), "1");
    assertEquals(await refusal(store, id), "unknown id");
    const late = await sessions.load(new Request("http://localhost/"));
    await sessions.commit(late, new Response());
    await assertRejects(
      () => listSessions(sessions, "ann", { current: late }),
      TypeError,
      "Cannot read the session: its response is already committed",
    );
  });

  test("moves a session between the lists with its owner and its id", async (_, store) => {
    const labels = async (owner: string): Promise<string[]> => {
      return (await ownedBy(store, owner)).map(({ label }) => label);
    };
    const id = await keep(store, recordOf(1));
    const signIn = writeOf(recordOf(1, "ann"), { label: "signed in", regenerate: true });
    const second = String(
      await store.save({ ...signIn, value: id, loaded: await find(store, id) }),
    );
    assertEquals(await labels("ann"), ["signed in"]);
    const renewed = {
      ...signIn,
      value: second,
      loaded: await find(store, second),
      label: "renewed",
    };
    const third = String(await store.save(renewed));
    assertEquals(await labels("ann"), ["renewed"]);
    const asBob = writeOf(recordOf(1, "bob"), { value: third, loaded: await find(store, third) });
    assertEquals(await store.save({ ...asBob, label: "bob's" }), third);
    assertEquals([await labels("ann"), await labels("bob")], [[], ["bob's"]]);
    const out = writeOf(recordOf(1), { value: third, loaded: await find(store, third) });
    assertEquals(await store.save(out), third);
    assertEquals(await labels("bob"), []);
    assertEquals(await counter(store, third), 1);
  });

  test("takes a destroyed session off its owner's list", async (place, store) => {
    const id = await keep(store, recordOf(1, "ann"));
    await end(place.open(), id);
    assertEquals(await ownedBy(store, "ann"), []);
  });

  test("ends sessions that get new ids meanwhile", async (place, store) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => keep(store, recordOf(1, "ann"))));
    const ends = ids.map(async (first) => {
      const store = place.open();
      let id = first;
      for (let count = 0; count < 100; count++) {
        const loaded = await store.load(id, "session");
        if (loaded.record === null) break;
        const write = writeOf(recordOf(count, "ann"), { value: id, loaded, regenerate: true });
        id = await store.save(write) ?? id;
      }
      return id;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.owners?.destroy("ann", null);
    for (const id of await Promise.all(ends)) assertEquals(await refusal(store, id), "unknown id");
    assertEquals(await ownedBy(store, "ann"), []);
  });
}
