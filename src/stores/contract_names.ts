import type { Session } from "../session/session.ts";
import { Sessions } from "../session/sessions.ts";
import type { SessionStore } from "../session/store.ts";
import { assert, assertSame } from "./contract_assert.ts";
import {
  counter,
  keep,
  newAccount,
  ownedBy,
  recordOf,
  rejection,
  renew,
  type StoreTests,
  type Values,
} from "./contract_sample.ts";

/** Returns the counter of an id under a cookie's name, or why there is none. */
async function read(store: SessionStore, id: string, cookieName: string): Promise<unknown> {
  return await rejection(store, id, cookieName) ?? await counter(store, id, cookieName);
}

/** Answers a request of a cookie, as given, with sessions under a name of their own. */
async function visitAs(
  store: SessionStore,
  name: string,
  { cookie = "", scheme = "http" }: { cookie?: string; scheme?: string },
  use: (session: Session<Values>) => unknown,
): Promise<{ shown: unknown; cookie: string }> {
  const sessions = new Sessions<Values>({ store, cookie: { name } });
  const request = new Request(`${scheme}://localhost/`, { headers: { cookie } });
  const response = await sessions.handle(request, (session) => {
    return Response.json(use(session) ?? null);
  });
  const [line = ""] = response.headers.getSetCookie();
  return { shown: await response.json(), cookie: line.split(";")[0] ?? "" };
}

/** Proves that an id holds under the name of one cookie alone. */
export const nameTests: StoreTests = {
  async "opens an id under its own cookie's name alone"({ store, other }) {
    const names = ["auth", "a", "ab", "b", "pending", "__Host-pending", 'a","b', "a:b", ""];
    for (const own of names) {
      const id = await keep(store, recordOf(1), { cookieName: own });
      for (const name of names) {
        const expected = name === own ? 1 : "unknown id";
        // One process has met the id, the other meets it under wrong names first.
        for (const any of [store, other]) {
          assertSame(await read(any, id, name), expected, `An id of "${own}" under "${name}"`);
        }
      }
    }
  },

  async "does not learn an id under a wrong name"({ store, other }) {
    const id = await keep(store, recordOf(1), { cookieName: "pending" });
    for (const name of ["auth", "pending", "auth", "pending"]) {
      assertSame(await read(other, id, name), name === "pending" ? 1 : "unknown id", name);
    }
  },

  async "ends no session under another cookie's name"({ store, other }) {
    const id = await keep(store, recordOf(1), { cookieName: "pending" });
    for (const any of [store, other]) await any.destroy(id, "auth");
    assertSame(await read(store, id, "pending"), 1, "The session");
    await store.destroy(id, "pending");
    for (const any of [store, other]) {
      assertSame(await read(any, id, "pending"), "unknown id", "The session");
    }
  },

  async "says nothing of a retired id under another cookie's name"({ store, other }) {
    const id = await keep(store, recordOf(1), { cookieName: "pending" });
    const renewed = String(await renew(store, id, "pending"));
    for (const any of [store, other]) {
      assertSame(await read(any, id, "auth"), "unknown id", "The old id");
      assertSame(await read(any, renewed, "auth"), "unknown id", "The new id");
      await any.destroy(id, "auth");
      assertSame(await read(any, id, "pending"), "retired", "The old id");
      assertSame(await read(any, renewed, "pending"), 1, "The new id");
    }
  },

  async "lets nobody pass the second factor by with the first one's cookie"({ store }) {
    const first = await visitAs(store, "pending", {}, (session) => void session.set("user", "ann"));
    const moved = first.cookie.replace("pending=", "auth=");
    assert(moved !== first.cookie, "No cookie was set");
    const look = (session: Session<Values>): unknown => [session.get("user"), session.isNew];
    const stolen = await visitAs(store, "auth", { cookie: moved }, look);
    assertSame(stolen.shown, [null, true], "The session of the second factor");
    await visitAs(store, "auth", { cookie: moved }, (session) => session.destroy());
    const own = await visitAs(store, "pending", first, look);
    assertSame(own.shown, ["ann", false], "The session of the first factor");
  },

  async "ends a session under the name of its cookie, on http and on https"({ store }) {
    for (const [scheme, name] of [["http", "pending"], ["https", "__Host-pending"]] as const) {
      const { cookie } = await visitAs(store, "pending", { scheme }, (session) => {
        session.set("counter", 1);
      });
      const id = cookie.slice(`${name}=`.length);
      assertSame(await read(store, id, name), 1, "The session");
      await visitAs(store, "pending", { scheme, cookie }, (session) => session.destroy());
      assertSame(await read(store, id, name), "unknown id", "The session");
    }
  },
};

/** Proves the same for the lists of accounts. */
export const ownerNameTests: StoreTests = {
  async "has no handle for an id under another cookie's name"({ store, other }) {
    const owner = newAccount();
    const id = await keep(store, recordOf(1, owner), { cookieName: "pending" });
    const [listed] = await ownedBy(store, owner);
    for (const any of [store, other]) {
      for (const [name, handle] of [["auth", ""], ["pending", listed?.handle], ["auth", ""]]) {
        assertSame(await any.owners?.handleOf(id, String(name)), handle, `Under ${name}`);
      }
    }
  },
};
