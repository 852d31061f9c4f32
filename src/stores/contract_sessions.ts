import type { Session } from "../session/session.ts";
import { Sessions } from "../session/sessions.ts";
import { assert, assertSame } from "./contract_assert.ts";
import {
  counter,
  find,
  inParallel,
  keep,
  pause,
  recordOf,
  rejection,
  requestWith,
  type StoreTests,
  type Values,
  visit,
} from "./contract_sample.ts";

function increment(session: Session<Values>): void {
  session.update("counter", (counter = 0) => counter + 1);
}

/** Proves what an application sees of a store: requests side by side, and ids from strangers. */
export const sessionTests: StoreTests = {
  async "loses no increment of parallel requests and shows each count once"({ store, other }) {
    const id = await keep(store, recordOf(0));
    let runs = 0;
    const visits = await inParallel(60, (index) => {
      return visit(index % 2 === 0 ? store : other, requestWith(id), (session) => {
        runs++;
        increment(session);
        return session.get("counter");
      });
    });
    const counts = visits.map(({ shown }) => Number(shown)).toSorted((one, two) => one - two);
    assertSame(counts, Array.from({ length: 60 }, (_, index) => index + 1), "The counts shown");
    assertSame(await counter(store, id), 60, "The counter");
    assert(runs < 60 * 6, `It took ${runs} runs`);
  },

  async "runs the view of an unsafe request once and loses no change"({ store, other }) {
    const id = await keep(store, recordOf(0));
    let runs = 0;
    await inParallel(40, (index) => {
      return visit(index % 2 === 0 ? store : other, requestWith(id, "POST"), (session) => {
        runs++;
        session.update("items", (items = []) => [...items, String(index)]);
        if (index % 2 === 0) session.set("user", "ann");
        else increment(session);
      });
    });
    assertSame(runs, 40, "Runs");
    const { data } = (await find(store, id)).record;
    assertSame(new Set(data.items as string[]).size, 40, "Items");
    assertSame([data.user, data.counter], ["ann", 20], "Other values");
  },

  async "shows a flash message to one of many parallel pages"({ store, other }) {
    const flash = [{ level: "info", message: "Once" }];
    const id = await keep(store, { ...recordOf(0), flash });
    const visits = await inParallel(30, (index) => {
      return visit(index % 2 === 0 ? store : other, requestWith(id), (session) => {
        increment(session);
        return session.takeFlash();
      });
    });
    assertSame(visits.flatMap(({ shown }) => shown), flash, "The messages shown");
  },

  async "shows and keeps nothing of a request that failed"({ store, other }) {
    const id = await keep(store, recordOf(1));
    const failure = await visit(store, requestWith(id), (session) => {
      session.set("counter", 99);
      throw new Error("The view failed");
    }).catch((error: Error) => error.message);
    assertSame(failure, "The view failed", "The answer");
    for (const any of [store, other]) assertSame(await counter(any, id), 1, "The counter");
  },

  async "lets no long request block another"({ store, other }) {
    const id = await keep(store, recordOf(0));
    const began = performance.now();
    const run = async (milliseconds: number): Promise<number> => {
      await visit(store, requestWith(id, "POST"), async (session) => {
        increment(session);
        await pause(milliseconds);
      });
      return performance.now() - began;
    };
    const [short = 0, ...long] = await Promise.all([0, 400, 400, 400, 400].map(run));
    assert(short < 300, `The short request took ${short} ms`);
    assert(Math.max(...long) < 1200, `The long requests took ${long} ms`);
    assertSame(await counter(other, id), 5, "The counter");
  },

  async "gives no session that has expired and is still there"({ store }) {
    const { createdAt, ...rest } = recordOf(1);
    const old = createdAt - 5000;
    const id = await keep(store, { ...rest, createdAt: old, renewedAt: old });
    const reasons: string[] = [];
    const onReject = (reason: string): void => void reasons.push(reason);
    const session = await new Sessions<Values>({ store, onReject }).load(requestWith(id));
    assertSame([session.isNew, session.size, reasons], [true, 0, ["expired"]], "The session");
  },

  async "obeys a session's own lifetimes, also under a new id"({ store, other }) {
    const isAlive = async (id: string, seconds: number): Promise<boolean> => {
      const now = (): number => Date.now() + seconds * 1000;
      return !(await new Sessions<Values>({ store: other, now }).load(requestWith(id))).isNew;
    };
    for (const [given, lasts] of [[{ maxAge: 864_000 }, 864_000], [{ idle: 60 }, 60]] as const) {
      const use = (session: Session<Values>) => void session.set("counter", 1).remember(given);
      const { id: first, headers } = await visit(store, requestWith(null), use);
      assertSame(headers.getSetCookie().join().includes("Max-Age=864000"), lasts > 60, "Max-Age");
      const { id } = await visit(store, requestWith(first, "POST"), (it) => it.regenerate());
      assert(id !== null && id !== first, "The id stayed");
      assertSame(await isAlive(id, lasts - 5), true, `Whether it lives after ${lasts - 5} seconds`);
      assertSame(
        await isAlive(id, lasts + 5),
        false,
        `Whether it lives after ${lasts + 5} seconds`,
      );
    }
  },

  // Session fixation: an attacker makes a visitor's browser send an id of the attacker's choice.
  async "adopts no id, whatever id a visitor brings"({ store, other }) {
    const [ended, endedElsewhere] = [
      await keep(store, recordOf(1)),
      await keep(store, recordOf(1)),
    ];
    await find(other, endedElsewhere); // so both have cached it
    await store.destroy(ended, "session");
    await other.destroy(endedElsewhere, "session");
    const uses: ((session: Session<Values>) => void)[] = [
      (session) => void session.set("counter", 7),
      (session) => void session.set("counter", 7).regenerate(),
      (session) => {
        session.destroy();
        session.set("counter", 7);
      },
    ];
    const invented = ended.slice(0, 4) + "b".repeat(ended.length - 4);
    for (const given of ["A".repeat(ended.length), invented, ended, endedElsewhere]) {
      for (const [any, method] of [[store, "GET"], [other, "POST"]] as const) {
        for (const use of uses) {
          const { id: own, shown } = await visit(any, requestWith(given, method), (session) => {
            use(session);
            return session.isNew;
          });
          assertSame(shown, true, "Whether the session was new");
          assert(own !== null && own.slice(4) !== given.slice(4), "The id was adopted");
          assertSame(await counter(any, own), 7, "The counter");
          const next = await visit(any, requestWith(null), (session) => {
            session.set("counter", 8);
          });
          assert(next.id !== given, "The id was handed out later");
          for (const one of [store, other]) {
            assertSame(await rejection(one, given), "unknown id", "Why it opens nothing");
          }
        }
      }
    }
  },
};
