import { SessionLostError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/store.ts";
import { assert, assertRejects, assertSame } from "./contract_assert.ts";
import {
  BY_SCRIPT,
  counter,
  find,
  keep,
  recordOf,
  rejection,
  renew,
  requestWith,
  type StoreTests,
  type Values,
  visit,
  writeOf,
} from "./contract_sample.ts";

/** Retires an id, and returns the session's id from then on; null if there is none. */
const ENDINGS = {
  "got a new id": renew,
  async ended(store: SessionStore, id: string): Promise<null> {
    assertSame(await store.destroy(id, "session"), true, "Whether there was a session");
    return null;
  },
} as const;

/** Requests with which a browser cannot have been left behind: it may have a newer cookie. */
const STRAGGLERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a script": BY_SCRIPT,
  "an image": { ...BY_SCRIPT, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
  "an iframe": { ...BY_SCRIPT, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  "a prefetch": {
    ...BY_SCRIPT,
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-purpose": "prefetch",
  },
};

/** Requests that never got the newer cookie: of a current browser, and of an old one. */
const NAVIGATIONS = [
  { ...BY_SCRIPT, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  {},
];

const increment = (session: Session<Values>): number | undefined => {
  session.update("counter", (counter = 0) => counter + 1);
  return session.get("counter");
};

/** Gives a session a number of new ids, one after the other; returns all. */
async function chainOf(store: SessionStore, length: number): Promise<string[]> {
  const ids = [await keep(store, recordOf(1))];
  while (ids.length < length) ids.push(String(await renew(store, ids.at(-1) ?? "")));
  return ids;
}

/** Proves what requests with the id of a session that ended or got a new one can do. */
export const retiredTests: StoreTests = {
  async "keeps a script's request with a retired id blank, and sets no cookie"({ store, other }) {
    for (const [fate, end] of Object.entries(ENDINGS)) {
      const id = await keep(store, recordOf(5));
      const next = await end(other, id);
      for (const [what, headers] of Object.entries(STRAGGLERS)) {
        const about = `${what} whose session ${fate}`;
        const page = await visit(store, requestWith(id, "GET", headers), increment);
        assertSame(page.shown, 1, `The counter that is shown to ${about}`);
        assertSame(page.headers.getSetCookie(), [], `Cookies for ${about}`);
        await assertRejects(
          () => visit(store, requestWith(id, "POST", headers), increment),
          SessionLostError,
        );
      }
      const head = await visit(store, requestWith(id, "HEAD"), increment);
      assertSame(head.headers.getSetCookie(), [], "Cookies for a HEAD");
      if (next !== null) assertSame(await counter(store, next), 5, "The counter");
    }
  },

  async "takes a navigation with a retired id for a new visitor"({ store, other }) {
    for (const end of Object.values(ENDINGS)) {
      const id = await keep(store, recordOf(5));
      const next = await end(other, id);
      for (const headers of NAVIGATIONS) {
        for (const method of ["GET", "POST"]) {
          const page = await visit(store, requestWith(id, method, headers), increment);
          assertSame(page.shown, 1, "The counter that is shown");
          assert(page.id !== null && page.id !== id && page.id !== next, "It got no id of its own");
          assertSame(await counter(other, page.id), 1, "Its counter");
        }
      }
      if (next !== null) assertSame(await counter(store, next), 5, "The counter");
    }
  },

  async "lets both of two sign-ins at the same time succeed, on pages"({ store, other }) {
    for (const headers of [...NAVIGATIONS, BY_SCRIPT]) {
      const id = await keep(store, recordOf(5));
      const signIn = (any: SessionStore, meanwhile: () => Promise<unknown>) =>
        visit(any, requestWith(id, "POST", headers), async (session) => {
          session.regenerate();
          session.set("user", "ann").flash("Welcome");
          await meanwhile();
        });
      let first: string | null = null;
      const both = () =>
        signIn(store, async () => {
          first = (await signIn(other, () => Promise.resolve())).id;
        });
      if (headers === BY_SCRIPT) await assertRejects(both, SessionLostError);
      else {
        const { id: second } = await both();
        assert(second !== null && second !== first && second !== id, "It got no id of its own");
        const { data, flash } = (await find(other, second)).record;
        assertSame(data, { user: "ann" }, "The values of the second: none of the session's before");
        assertSame(flash.length, 1, "Its messages");
      }
      const { data } = (await find(store, String(first))).record;
      assertSame(data, { counter: 5, user: "ann" }, "The values of the first");
    }
  },

  async "lets no sign-in bring back a session that ended meanwhile"({ store, other }) {
    const id = await keep(store, recordOf(5));
    const late = () =>
      visit(store, requestWith(id, "POST"), async (session) => {
        session.regenerate();
        session.set("user", "ann");
        await other.destroy(id, "session");
      });
    await assertRejects(late, SessionLostError);
  },

  async "knows the CSRF secret of a retired id, as it was before"({ store, other }) {
    for (const end of Object.values(ENDINGS)) {
      for (const csrf of ["c".repeat(43), null]) {
        const id = await keep(store, { ...recordOf(1), csrf });
        const next = await end(store, id);
        for (const any of [store, other]) {
          const { record, ...rest } = await any.load(id, "session");
          assert(record === null, "A retired id opens something");
          const reason = next === null ? "unknown id" : "retired";
          assertSame(rest, { reason, csrf }, "What is known");
        }
      }
    }
    const id = await keep(store, { ...recordOf(1), csrf: "old" });
    const write = { value: id, loaded: await find(store, id), regenerate: true };
    await store.save(writeOf({ ...recordOf(1), csrf: "new" }, write));
    const { csrf } = await store.load(id, "session") as { csrf?: string };
    assertSame(csrf, "old", "The secret of an id whose session got another");
    const unknown = await store.load(`${id.slice(0, -4)}AAAA`, "session");
    assertSame(unknown, { record: null, reason: "unknown id" }, "An id that never was");
  },

  async "ends a session by any of its ids, though there are many between"({ store, other }) {
    for (const from of [0, 1, 68]) {
      const ids = await chainOf(store, 70);
      assertSame(await counter(other, ids[69] ?? ""), 1, "The counter");
      const isOwn = await other.destroy(ids[from] ?? "", "session");
      assertSame(isOwn, false, "Whether there was a session under this very id");
      assertSame(await rejection(store, ids[69] ?? ""), "unknown id", "Why it is not given");
      assertSame(await renew(store, ids[69] ?? ""), null, "A new id of what has ended");
    }
  },

  async "ends a session that gets two new ids while a sign-out runs"({ store, other }) {
    const id = await keep(store, recordOf(1));
    let last = "";
    await visit(store, requestWith(id, "POST"), async (session) => {
      session.destroy();
      last = String(await renew(other, String(await renew(other, id))));
    });
    assertSame(await rejection(store, last), "unknown id", "Why it is not given");
  },

  async "says of an id that it ends whether there was a session"({ store, other }) {
    const id = await keep(store, recordOf(1));
    for (const [any, expected] of [[store, true], [store, false], [other, false]] as const) {
      assertSame(await any.destroy(id, "session"), expected, "Whether there was a session");
    }
    assertSame(await store.destroy("malformed", "session"), false, "Whether there was one");
  },
};
