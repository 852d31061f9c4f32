import { SessionLostError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { assert, assertRejects, assertSame } from "./contract_assert.ts";
import {
  counter,
  find,
  inParallel,
  keep,
  recordOf,
  rejection,
  requestWith,
  type StoreTests,
  type Values,
  visit,
} from "./contract_sample.ts";

type Use = (session: Session<Values>) => void;

const regenerate: Use = (session) => session.regenerate();
const destroy: Use = (session) => session.destroy();
const setUser: Use = (session) => void session.set("user", "ann");
const addTea: Use = (session) => session.update("items", (items = []) => [...items, "tea"]);

/** What another request can do to a session meanwhile, and what its id is then. */
const ENDINGS = [
  { fate: "ended", end: destroy, reason: "unknown id" },
  { fate: "got a new id", end: regenerate, reason: "retired" },
] as const;

/** Requests that lose nothing when their session is lost. */
const HARMLESS: Readonly<Record<string, Use>> = {
  reads: (session) => void session.get("counter"),
  "shows messages": (session) => void session.takeFlash(),
  "signs out": (session) => {
    session.destroy();
    session.flash("You are signed out.");
  },
};

function testsOf({ fate, end, reason }: typeof ENDINGS[number]): StoreTests {
  return {
    async [`refuses a form whose session ${fate} meanwhile, and stores nothing`]({ store, other }) {
      for (const use of [addTea, setUser]) {
        const id = await keep(store, recordOf(1));
        const error = await assertRejects(
          () =>
            visit(store, requestWith(id, "POST"), async (session) => {
              use(session);
              await visit(other, requestWith(id, "POST"), end);
            }),
          SessionLostError,
        );
        assertSame(error.status, 409, "The status");
        for (const any of [store, other]) assertSame(await rejection(any, id), reason, "Its state");
      }
    },

    async [`answers a page whose session ${fate} meanwhile, with no cookie`]({ store, other }) {
      const id = await keep(store, recordOf(1));
      const page = await visit(store, requestWith(id), async (session) => {
        const seen = session.get("counter") ?? "nothing";
        session.set("counter", 99);
        if (!session.isNew) await visit(other, requestWith(id, "POST"), end);
        return seen;
      });
      assertSame([page.shown, page.id], ["nothing", null], "The page and its cookie");
      assertSame(page.headers.get("cache-control"), "private, no-cache", "Cache-Control");
      assertSame(await rejection(store, id), reason, "Its state");
    },

    async [`takes it for no loss when a session ${fate} that a form read or ended`]({
      store,
      other,
    }) {
      const flash = [{ level: "info", message: "Once" }];
      for (const [what, use] of Object.entries(HARMLESS)) {
        const id = await keep(store, { ...recordOf(1), flash });
        const isSignOut = what === "signs out";
        if (isSignOut) await visit(other, requestWith(id, "POST"), end);
        const form = await visit(store, requestWith(id, "POST"), async (session) => {
          use(session);
          if (!isSignOut) await visit(other, requestWith(id, "POST"), end);
        });
        // Signed out of a session that had ended, the visitor gets the message in a new one.
        assertSame(form.id !== null, isSignOut, `A cookie when it ${what}`);
        const rule = what === "shows messages" ? "private, no-store" : "private, no-cache";
        assertSame(form.headers.get("cache-control"), rule, `Cache-Control when it ${what}`);
      }
    },
  };
}

/** Proves what happens to requests whose session ends or gets a new id meanwhile. */
export const lostTests: StoreTests = {
  ...testsOf(ENDINGS[0]),
  ...testsOf(ENDINGS[1]),

  async "keeps stragglers out of a session that got a new id"({ store, other }) {
    const id = await keep(store, recordOf(5));
    let renewed = "";
    const straggler = await visit(store, requestWith(id), async (session) => {
      session.set("counter", 99);
      if (renewed === "") {
        renewed = String((await visit(other, requestWith(id, "POST"), regenerate)).id);
      }
    });
    assertSame(straggler.id, null, "The straggler's cookie");
    assert(renewed !== id, "The id stayed the same");
    assertSame(await counter(store, renewed), 5, "The counter");
  },

  async "lets a sign-out with an old id end the session that has a new one"({ store, other }) {
    const id = await keep(store, recordOf(1));
    const { id: renewed } = await visit(other, requestWith(id, "POST"), regenerate);
    const signOut = await visit(store, requestWith(id, "POST"), destroy);
    assertSame(signOut.id, null, "The cookie");
    assertSame(await rejection(store, String(renewed)), "unknown id", "Why it is not given");
  },

  async "refuses to store something after signing out of a lost session"({ store, other }) {
    const id = await keep(store, recordOf(1));
    let renewed: string | null = null;
    const again = () =>
      visit(store, requestWith(id, "POST"), async (session) => {
        session.destroy();
        session.set("counter", 7);
        renewed = (await visit(other, requestWith(id, "POST"), regenerate)).id;
      });
    await assertRejects(again, SessionLostError);
    assertSame(await rejection(store, String(renewed)), "unknown id", "Why it is not given");
  },

  async "sets and removes no cookie when a session that a form ends has ended meanwhile"({
    store,
    other,
  }) {
    for (const { fate, end } of ENDINGS) {
      for (const message of ["", "You are signed out."]) {
        const id = await keep(store, recordOf(1));
        const form = await visit(store, requestWith(id, "POST"), async (session) => {
          session.destroy();
          if (message !== "") session.flash(message);
          await visit(other, requestWith(id, "POST"), end);
        });
        // The browser may have the cookie of the next sign-in by now.
        assertSame(form.headers.getSetCookie(), [], `Cookies when it ${fate}, "${message}"`);
      }
      const id = await keep(store, recordOf(1));
      await visit(other, requestWith(id, "POST"), end);
      const late = await visit(store, requestWith(id, "POST"), destroy);
      assertSame(late.headers.getSetCookie(), [], `Cookies when it had ${fate} before`);
    }
  },

  async "does not apply a change to a session that is gone"({ store, other }) {
    const id = await keep(store, recordOf(1));
    let runs = 0;
    const form = () =>
      visit(store, requestWith(id, "POST"), async (session) => {
        session.update("counter", (counter) => {
          runs++;
          if (counter === undefined) throw new Error("A value that was always there is missing");
          return counter + 1;
        });
        await visit(other, requestWith(id, "POST"), destroy);
      });
    await assertRejects(form, SessionLostError);
    assertSame(runs, 1, "Runs of the change");
  },

  async "loses no form that it acknowledged while the session gets new ids"({ store, other }) {
    let id = await keep(store, recordOf(0));
    const acknowledged: string[] = [];
    let refused = 0;
    let apart = 0;
    for (let round = 0; round < 10; round++) {
      const old = id;
      await inParallel(8, async (index) => {
        const any = index % 2 === 0 ? store : other;
        const item = `${round}.${index}`;
        const isSignIn = index === 3;
        try {
          const form = await visit(any, requestWith(old, "POST"), (session) => {
            if (isSignIn) session.regenerate();
            else session.update("items", (items = []) => [...items, item]);
          });
          if (isSignIn) id = String(form.id);
          else if (form.id === null) acknowledged.push(item);
          else { // it came when the old id was retired: a new visitor
            assertSame((await find(any, form.id)).record.data.items, [item], "Its items");
            apart++;
          }
        } catch (error) {
          if (isSignIn || !(error instanceof SessionLostError)) throw error;
          refused++;
        }
      });
      assert(id !== old, "The id stayed the same");
    }
    const { items = [] } = (await find(store, id)).record.data;
    assertSame((items as string[]).toSorted(), acknowledged.toSorted(), "The items");
    assertSame(acknowledged.length + refused + apart, 70, "Forms");
  },
};
