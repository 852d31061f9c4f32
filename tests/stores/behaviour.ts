import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Sessions } from "../../src/session/manager.ts";
import type { ServerStore } from "../../src/stores/server_store.ts";
import type { Place } from "./contract.ts";
import { counter, find, keep, recordOf, refusal } from "./sample.ts";

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

/** Registers a test of one store. */
export type Test = (what: string, run: (place: Place, store: ServerStore) => Promise<void>) => void;

/** Registers tests of a store together with the manager of the sessions. */
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
    assertEquals(new Set(data.items as string[]).size, 40);
    assert(Object.hasOwn(data, "a") && Object.hasOwn(data, "b"));
  });

  test("shows a flash message to one of many parallel pages", async (place, store) => {
    const flash = [{ level: "info", message: "Once" }];
    const id = await keep(store, { ...recordOf(0), flash });
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

  // Session fixation: an attacker makes a visitor's browser send an id of the attacker's choice.
  test("adopts no id, whatever id a visitor brings", async (place, store) => {
    const elsewhere = place.open();
    const [ended, endedThere] = [await keep(store, recordOf(1)), await keep(store, recordOf(1))];
    await find(elsewhere, endedThere); // which then remembers it, as the first does
    await store.destroy(ended);
    await elsewhere.destroy(endedThere);
    for (
      const given of ["A".repeat(48), `${ended.slice(0, 4)}${"b".repeat(44)}`, ended, endedThere]
    ) {
      for (const sessions of [store, elsewhere].map(sessionsOn)) {
        const response = await sessions.handle(request(given), (session) => {
          assert(session.isNew);
          session.set("counter", 7);
          return new Response();
        });
        const own = idIn(response);
        assertNotEquals(own, given);
        assertNotEquals(own.slice(4), given.slice(4));
        assertEquals(await counter(store, own), 7);
        const next = await sessions.handle(new Request("http://localhost/"), (session) => {
          session.set("counter", 8);
          return new Response();
        });
        assertNotEquals(idIn(next), given);
        for (const any of [store, place.open()]) {
          assertEquals(await refusal(any, given), "unknown id");
        }
      }
    }
  });

  test("lets no long request block another", async (place, store) => {
    const id = await keep(store, recordOf(0));
    const sessions = sessionsOn(store);
    const began = performance.now();
    const run = async (ms: number): Promise<number> => {
      await sessions.handle(request(id, { method: "POST" }), async (session) => {
        session.update("counter", (counter = 0) => counter + 1);
        await new Promise((resolve) => setTimeout(resolve, ms));
        return new Response();
      });
      return performance.now() - began;
    };
    const [short, ...long] = await Promise.all([run(0), run(400), run(400), run(400), run(400)]);
    assert(Number(short) < 300, `${short} ms`);
    assert(Math.max(...long) < 1200, `${long} ms`);
    assertEquals(await counter(place.open(), id), 5);
  });

  test("gives no session that has expired and is still there", async (_, store) => {
    const old = recordOf(1);
    const id = await keep(store, {
      ...old,
      createdAt: old.createdAt - 5000,
      renewedAt: old.renewedAt - 5000,
    });
    const refused: string[] = [];
    const onRefused = (reason: string): void => void refused.push(reason);
    const session = await new Sessions<Data>({ store, onRefused }).load(request(id));
    assertEquals([session.isNew, session.get("counter"), refused], [true, undefined, ["expired"]]);
  });
}
