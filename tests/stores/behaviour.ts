import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Sessions } from "../../src/session/manager.ts";
import type { ServerStore } from "../../src/stores/server_store.ts";
import type { Place } from "./contract.ts";
import { counter, find, keep, recordOf, refusal, writeOf } from "./sample.ts";

interface Data {
  counter: number;
  items: string[];
  a: number;
  b: number;
}

function request(id: string, init: RequestInit = {}): Request {
  return new Request("http://localhost/", { headers: { cookie: `session=${id}` }, ...init });
}

function idIn(response: Response): string {
  return /^session=([\w-]*)/.exec(response.headers.getSetCookie()[0] ?? "")?.[1] ?? "none";
}

function sessionsOn(store: ServerStore): Sessions<Data> {
  return new Sessions<Data>({ store });
}

type Test = (what: string, run: (place: Place, store: ServerStore) => Promise<void>) => void;

/** Tests of a store together with the manager of the sessions, and of the lists of owners. */
export function behaviour(test: Test): void {
  test(
    "loses no increment of parallel requests and shows each count once",
    async (place, store) => {
      const id = await keep(store, recordOf(0));
      const processes = [store, place.open()].map(sessionsOn);
      let runs = 0;
      const shown = await Promise.all(
        Array.from({ length: 60 }, async (_, index) => {
          const response = await processes[index % 2]?.handle(request(id), (session) => {
            runs++;
            session.update("counter", (counter = 0) => counter + 1);
            return new Response(`${session.get("counter")}`);
          });
          return Number(await response?.text());
        }),
      );
      assertEquals(shown.toSorted((a, b) => a - b), Array.from({ length: 60 }, (_, i) => i + 1));
      assertEquals(await counter(store, id), 60);
      assert(runs < 60 * 6, `${runs} runs`);
    },
  );

  test("runs the view of an unsafe request once and loses no change", async (place, store) => {
    const id = await keep(store, recordOf(0));
    const processes = [store, place.open()].map(sessionsOn);
    let runs = 0;
    await Promise.all(Array.from({ length: 40 }, (_, index) => {
      return processes[index % 2]?.handle(request(id, { method: "POST" }), (session) => {
        runs++;
        session.update("items", (items = []) => [...items, String(index)]);
        session.set(index % 2 === 0 ? "a" : "b", index);
        return new Response();
      });
    }));
    assertEquals(runs, 40);
    const { data } = (await find(store, id)).record;
    assertEquals(new Set(data.get("items") as string[]).size, 40);
    assert(data.has("a") && data.has("b"));
  });

  test("shows a flash message to one of many parallel pages", async (place, store) => {
    const record = recordOf(0);
    record.flash.push({ level: "info", message: "Once" });
    const id = await keep(store, record);
    const processes = [store, place.open()].map(sessionsOn);
    const shown = await Promise.all(Array.from({ length: 30 }, async (_, index) => {
      const response = await processes[index % 2]?.handle(request(id), (session) => {
        session.update("counter", (counter = 0) => counter + 1);
        return Response.json(session.takeFlash());
      });
      return (await response?.json()).length;
    }));
    assertEquals(shown.reduce((sum, count) => sum + count, 0), 1);
  });

  test("lets a logout win over requests that run meanwhile", async (place, store) => {
    const id = await keep(store, recordOf(0));
    const other = sessionsOn(place.open());
    const response = await sessionsOn(store).handle(request(id), async (session) => {
      if (session.isNew) return new Response("gone");
      session.set("counter", 1);
      await other.handle(request(id, { method: "POST" }), (session) => {
        session.destroy();
        return new Response();
      });
      return new Response("here");
    });
    assertEquals(await response.text(), "gone");
    assertEquals(idIn(response), "");
    assertEquals(await refusal(store, id), "unknown id");
  });

  test("keeps stragglers out of a session that got a new id", async (place, store) => {
    const id = await keep(store, recordOf(5));
    const other = sessionsOn(place.open());
    let renewed = "";
    const response = await sessionsOn(store).handle(request(id), async (session) => {
      const seen = session.get("counter") ?? "none";
      session.set("counter", 99);
      if (renewed === "") {
        renewed = idIn(
          await other.handle(request(id, { method: "POST" }), (session) => {
            session.regenerate();
            return new Response();
          }),
        );
      }
      return new Response(String(seen));
    });
    assertEquals(await response.text(), "none");
    assertEquals(response.headers.getSetCookie(), []);
    assertNotEquals(renewed, id);
    assertEquals(await counter(store, renewed), 5);
    assertEquals(await refusal(store, id), "retired");
  });

  test("lists an owner's sessions and ends them", async (place, store) => {
    const [one, two] = [await keep(store, recordOf(1, "ann"), "A"), await keep(store, recordOf(2))];
    const three = await keep(place.open(), recordOf(3, "ann"), "C");
    const bob = await keep(store, recordOf(4, "bob"), "B");
    const { owners } = store;
    assert(owners);
    const listed = await owners.list("ann");
    assertEquals(listed.map(({ label }) => label).toSorted(), ["A", "C"]);
    for (const { handle, createdAt, renewedAt } of listed) {
      assertEquals(await refusal(store, handle), "malformed");
      assert(Math.abs(Date.now() - createdAt.getTime()) < 5000);
      assertEquals(createdAt, renewedAt);
    }
    assertEquals(await owners.destroy("ann", await owners.handleOf(three)), 1);
    assertEquals(await refusal(store, one), "unknown id");
    assertEquals((await owners.list("ann")).map(({ label }) => label), ["C"]);
    assertEquals(await owners.destroy("ann", null), 1);
    assertEquals(await owners.list("ann"), []);
    for (const id of [two, bob]) assertEquals(await refusal(store, id), null);
    assertEquals(await owners.destroy("nobody", null), 0);
    assertEquals(await owners.handleOf("malformed"), "");
  });

  test("moves a session between the lists with its owner and its id", async (_, store) => {
    const labels = async (owner: string): Promise<string[]> => {
      return (await store.owners?.list(owner) ?? []).map(({ label }) => label);
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
    await place.open().destroy(id);
    assertEquals(await store.owners?.list("ann"), []);
  });

  test("ends sessions that get new ids meanwhile", async (place, store) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => keep(store, recordOf(1, "ann"))));
    const ends = ids.map(async (first) => {
      const store = place.open();
      let id = first;
      for (let count = 0; count < 100; count++) {
        const loaded = await store.load(id);
        if (loaded.record === null) break;
        const write = writeOf(recordOf(count, "ann"), { value: id, loaded, regenerate: true });
        id = await store.save(write) ?? id;
      }
      return id;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.owners?.destroy("ann", null);
    for (const id of await Promise.all(ends)) assertEquals(await refusal(store, id), "unknown id");
    assertEquals(await store.owners?.list("ann"), []);
  });
}
