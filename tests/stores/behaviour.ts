import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Session, SessionLostError, Sessions } from "../../src/session/mod.ts";
import { createHandler, csrfToken, redirect } from "../../src/web/mod.ts";
import type { ServerStore } from "../../src/stores/server.ts";
import type { Place } from "./contract.ts";
import { counter, find, keep, recordOf, refusal } from "./sample.ts";

interface Data {
  counter: number;
  items: string[];
  a: number;
  b: number;
}

function request(id: string, init: RequestInit = {}, path = ""): Request {
  return new Request(`http://localhost/${path}`, { headers: { cookie: `session=${id}` }, ...init });
}

/** What another request does to a session meanwhile. */
const ENDINGS = {
  "ended": (session: Session<Data>): Response => {
    session.destroy();
    return new Response();
  },
  "got a new id": (session: Session<Data>): Response => {
    session.regenerate();
    return new Response();
  },
};

type Use = (session: Session<Data>, url: URL) => void | Promise<void>;

/** An application whose forms use the session and then redirect; `/add` is always there. */
function handlerOf(store: ServerStore, uses: Record<string, Use>) {
  const add: Use = (session) => void session.set("items", ["tea"]);
  const errors: unknown[] = [];
  const routes = Object.entries({ add, ...uses }).flatMap(([path, use]) =>
    ["GET", "POST"].map((method) => ({
      method,
      path: `/${path}`,
      view: async ({ session, request }: { session: Session<Data>; request: Request }) => {
        await use(session, new URL(request.url));
        return redirect("/");
      },
    }))
  );
  const sessions = sessionsOn(store);
  const onError = (error: unknown): void => void errors.push(error);
  return { handler: createHandler<Data>({ sessions, routes, onError }), errors };
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
    assertEquals(response.headers.getSetCookie(), []);
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

  for (const [fate, end] of Object.entries(ENDINGS)) {
    test(
      `answers 409 to a form whose session ${fate} meanwhile, and stores nothing`,
      async (place, store) => {
        const id = await keep(store, recordOf(1));
        const other = sessionsOn(place.open());
        const { handler, errors } = handlerOf(store, {
          write: async (session) => {
            session.update("items", (items = []) => [...items, "tea"]);
            await other.handle(request(id, { method: "POST" }), end);
          },
        });
        const response = await handler(request(id, { method: "POST" }, "write"));
        assertEquals(response.status, 409);
        assertStringIncludes(
          await response.text(),
          "nothing of it was stored. Load the page again",
        );
        assertEquals(response.headers.getSetCookie(), []);
        assertEquals(errors, []); // it is nobody's fault
        // Whoever comes too late hears the same, while a new visitor is taken for one.
        const late = await handler(request(id, { method: "POST" }, "add"));
        const status = fate === "got a new id" ? 409 : 303;
        assertEquals([late.status, late.headers.getSetCookie().length], [
          status,
          status === 409 ? 0 : 1,
        ]);
      },
    );

    test(`answers a page whose session ${fate} meanwhile, with no cookie`, async (place, store) => {
      const id = await keep(store, recordOf(1));
      const other = sessionsOn(place.open());
      const { handler } = handlerOf(store, {
        write: async (session) => {
          session.update("counter", (counter = 0) => counter + 1);
          if (!session.isNew) await other.handle(request(id, { method: "POST" }), end);
        },
      });
      const response = await handler(request(id, {}, "write"));
      assertEquals([response.status, response.headers.getSetCookie()], [303, []]);
      assertEquals(response.headers.get("cache-control"), "private, no-cache");
      assertEquals(await refusal(store, id), fate === "got a new id" ? "retired" : "unknown id");
    });

    test(
      `takes it for no loss when a session ${fate} that was shown, given a token, or ended`,
      async (place, store) => {
        const flash = [{ level: "info", message: "Once" }];
        const other = sessionsOn(place.open());
        const uses: Record<string, (session: Session<Data>) => void> = {
          read: (session) => void session.get("counter"),
          show: (session) => void session.takeFlash(),
          token: (session) => void csrfToken(session),
          "sign-out": (session) => {
            session.destroy();
            session.flash("You are signed out.");
          },
        };
        for (const [use, change] of Object.entries(uses)) {
          const id = await keep(store, { ...recordOf(1), flash });
          const { handler, errors } = handlerOf(store, {
            [use]: async (session) => {
              change(session);
              if (use !== "sign-out") await other.handle(request(id, { method: "POST" }), end);
            },
          });
          if (use === "sign-out") await other.handle(request(id, { method: "POST" }), end);
          const response = await handler(request(id, { method: "POST" }, use));
          assertEquals([response.status, errors], [303, []], use);
          const isNew = use === "sign-out" && fate === "ended";
          assertEquals(response.headers.getSetCookie().length, isNew ? 1 : 0, use);
          const once = use === "show" ? "private, no-store" : "private, no-cache";
          assertEquals(response.headers.get("cache-control"), once, use);
        }
      },
    );
  }

  test(
    "lets a sign-out with an old id end the session that has a new one",
    async (place, store) => {
      const id = await keep(store, recordOf(1));
      const other = sessionsOn(place.open());
      const fresh = idIn(
        await other.handle(request(id, { method: "POST" }), ENDINGS["got a new id"]),
      );
      const response = await sessionsOn(store).handle(
        request(id, { method: "POST" }),
        (session) => {
          session.destroy();
          return new Response("bye");
        },
      );
      assertEquals([await response.text(), response.headers.getSetCookie()], ["bye", []]);
      assertEquals(await refusal(store, fresh), "unknown id");
    },
  );

  test(
    "says 409 to whoever stores something after signing out of a lost session",
    async (_, store) => {
      const id = await keep(store, recordOf(1));
      const { handler } = handlerOf(store, {
        again: (session) => {
          session.destroy();
          session.set("counter", 7);
        },
      });
      const fresh = idIn(
        await sessionsOn(store).handle(request(id, { method: "POST" }), ENDINGS["got a new id"]),
      );
      assertEquals((await handler(request(id, { method: "POST" }, "again"))).status, 409);
      assertEquals(await refusal(store, fresh), "unknown id");
    },
  );

  test("makes nothing new of a value that is gone, nor fails over it", async (place, store) => {
    const id = await keep(store, recordOf(1));
    const other = sessionsOn(place.open());
    let runs = 0;
    const error = await assertRejects(async () => {
      await sessionsOn(store).handle(request(id, { method: "POST" }), async (session) => {
        session.update("counter", (counter) => {
          runs++;
          if (counter === undefined) throw new Error("a value that was always there");
          return counter + 1;
        });
        await other.handle(request(id, { method: "POST" }), ENDINGS.ended);
        return new Response();
      });
    }, SessionLostError);
    assertEquals([error.status, runs], [409, 1]);
  });

  test("acknowledges no form and loses it while the session gets new ids", async (place, store) => {
    let id = await keep(store, recordOf(0));
    const handlers = [store, place.open()].map((store) =>
      handlerOf(store, {
        add: (session, url) =>
          void session.update(
            "items",
            (items = []) => [...items, url.searchParams.get("item") ?? ""],
          ),
        renew: (session) => session.regenerate(),
      }).handler
    );
    const acknowledged: string[] = [];
    let refused = 0;
    for (let round = 0; round < 10; round++) {
      const old = id;
      await Promise.all(Array.from({ length: 8 }, async (_, index) => {
        const isSignIn = index === 3;
        const item = `${round}.${index}`;
        const path = isSignIn ? "renew" : `add?item=${item}`;
        const response = await handlers[index % 2]?.(request(old, { method: "POST" }, path));
        assert(response !== undefined && [303, 409].includes(response.status));
        if (isSignIn) id = idIn(response);
        else if (response.status === 303) acknowledged.push(item);
        else refused++;
      }));
      assertNotEquals(id, old);
    }
    const { items = [] } = (await find(store, id)).record.data;
    assertEquals((items as string[]).toSorted(), acknowledged.toSorted());
    assertEquals(acknowledged.length + refused, 70);
  });

  // Session fixation: an attacker makes a visitor's browser send an id of the attacker's choice.
  test("adopts no id, whatever id a visitor brings", async (place, store) => {
    const elsewhere = place.open();
    const [ended, endedThere] = [await keep(store, recordOf(1)), await keep(store, recordOf(1))];
    await find(elsewhere, endedThere); // which then remembers it, as the first does
    await store.destroy(ended, "session");
    await elsewhere.destroy(endedThere, "session");
    const uses: ((session: Session<Data>) => unknown)[] = [
      (session) => session.set("counter", 7),
      (session) => session.set("counter", 7).regenerate(),
      (session) => {
        session.destroy();
        session.set("counter", 7);
      },
    ];
    const unknown = ["A".repeat(48), `${ended.slice(0, 4)}${"b".repeat(44)}`, ended, endedThere];
    for (const given of unknown) {
      for (const [index, use] of [...uses, ...uses].entries()) {
        const sessions = sessionsOn(index < uses.length ? store : elsewhere);
        const method = index < uses.length ? "GET" : "POST";
        const response = await sessions.handle(request(given, { method }), (session) => {
          assert(session.isNew);
          use(session);
          return new Response();
        });
        const own = idIn(response);
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
    const onReject = (reason: string): void => void refused.push(reason);
    const session = await new Sessions<Data>({ store, onReject }).load(request(id));
    assertEquals([session.isNew, session.get("counter"), refused], [true, undefined, ["expired"]]);
  });
}
