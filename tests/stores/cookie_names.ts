import { inspect } from "../../src/inspector/mod.ts";
import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Session, Sessions, type SessionStore } from "../../src/session/mod.ts";
import type { Test } from "./behaviour.ts";
import { recordOf, writeOf } from "./sample.ts";

/** Keeps a new session under a cookie's name; returns its id. */
async function keepAs(store: SessionStore, cookieName: string, owner?: string): Promise<string> {
  return String(await store.save(writeOf(recordOf(1, owner), { cookieName })));
}

/** What a store says of an id under a cookie's name. */
async function said(store: SessionStore, id: string, cookieName: string): Promise<unknown> {
  const loaded = await store.load(id, cookieName);
  return loaded.record === null ? loaded.reason : loaded.record.data.counter;
}

/** Gives a session a new id; returns that. */
async function renew(store: SessionStore, id: string, cookieName: string): Promise<string> {
  const loaded = await store.load(id, cookieName);
  if (loaded.record === null) throw new Error(`There is no session: ${loaded.reason}`);
  const write = writeOf(loaded.record, { cookieName, value: id, loaded, regenerate: true });
  return String(await store.save(write));
}

/** Registers tests that a value holds under one cookie's name alone. */
export function cookieNames(test: Test): void {
  test("opens an id under its own cookie's name alone", async (place, store) => {
    const names = ["auth", "a", "ab", "b", "pending", "__Host-pending", 'a","b', "a:b", ""];
    const ids = await Promise.all(names.map((name) => keepAs(store, name)));
    for (const [at, id] of ids.entries()) {
      for (const name of names) {
        const expected = name === names[at] ? 1 : "unknown id";
        // The first process has met the id, the second meets it under the wrong names as well.
        for (const any of [store, place.open(), place.open({ cacheEntries: 0 })]) {
          assertEquals(await said(any, id, name), expected, `${id} of ${names[at]} as ${name}`);
        }
      }
    }
  });

  test("does not learn an id under a wrong name", async (place, store) => {
    const id = await keepAs(store, "pending");
    const other = place.open();
    for (const name of ["auth", "pending", "auth", "pending"]) {
      assertEquals(await said(other, id, name), name === "pending" ? 1 : "unknown id");
    }
  });

  test("ends no session under another cookie's name", async (place, store) => {
    const id = await keepAs(store, "pending");
    for (const any of [store, place.open()]) await any.destroy(id, "auth");
    assertEquals(await said(store, id, "pending"), 1);
    await store.destroy(id, "pending");
    for (const any of [store, place.open()]) {
      assertEquals(await said(any, id, "pending"), "unknown id");
    }
  });

  test("tells nothing of a retired id under another cookie's name", async (place, store) => {
    const id = await keepAs(store, "pending");
    const renewed = await renew(store, id, "pending");
    for (const any of [store, place.open()]) {
      assertEquals(await said(any, id, "auth"), "unknown id");
      assertEquals(await said(any, renewed, "auth"), "unknown id");
      await any.destroy(id, "auth");
      assertEquals(await said(any, id, "pending"), "retired");
      assertEquals(await said(any, renewed, "pending"), 1);
    }
  });

  test("has no handle for an id under another cookie's name", async (place, store) => {
    const { owners } = store;
    if (owners === undefined) return;
    const id = await keepAs(store, "pending", "ann");
    const [{ handle } = { handle: "none" }] = await owners.list("ann", { limit: 9, before: null });
    for (const any of [store, place.open()]) {
      assertEquals(await any.owners?.handleOf(id, "auth"), "");
      assertEquals(await any.owners?.handleOf(id, "pending"), handle);
      assertEquals(await any.owners?.handleOf(id, "auth"), "");
    }
  });

  test("writes a session under the name that it was loaded under", async (_, store) => {
    const id = await keepAs(store, "pending");
    const loaded = await store.load(id, "pending");
    if (loaded.record === null) throw new Error(loaded.reason);
    const write = writeOf(recordOf(2), { cookieName: "auth", value: id, loaded });
    for (const regenerate of [false, true]) {
      await assertRejects(
        () => store.save({ ...write, regenerate }),
        TypeError,
        'Cannot write the session under the cookie name "auth": it was loaded under "pending"',
      );
    }
    assertEquals(await said(store, id, "pending"), 1);
  });

  test("lets nobody pass the second factor by with the first one's cookie", async (place) => {
    const store = place.open();
    const [pending, auth] = ["pending", "auth"].map((name) => {
      return new Sessions<{ user: string }>({ store, cookie: { name }, trace: true });
    }) as [Sessions<{ user: string }>, Sessions<{ user: string }>];
    const first = await pending.handle(new Request("http://localhost/"), (session) => {
      session.set("user", "ann");
      return new Response();
    });
    const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const read = (sessions: Sessions<{ user: string }>, cookie: string, method = "GET") => {
      const request = new Request("http://localhost/", { method, headers: { cookie } });
      return sessions.handle(request, (session: Session<{ user: string }>) => {
        const { lastChanges } = inspect(session);
        if (method === "POST") session.destroy();
        return Response.json([session.get("user") ?? null, session.isNew, lastChanges]);
      });
    };
    const moved = cookie.replace("pending=", "auth=");
    assertNotEquals(moved, cookie);
    for (const method of ["GET", "POST"]) {
      const response = await read(auth, moved, method);
      assertEquals(await response.json(), [null, true, []]);
    }
    const own = await (await read(pending, cookie)).json();
    assertEquals(own, ["ann", false, ["set user"]]);
  });

  test("ends a session under the name of its cookie, on http and on https", async (_, store) => {
    for (const [origin, name] of [["http", "pending"], ["https", "__Host-pending"]]) {
      const sessions = new Sessions<{ user: string }>({ store, cookie: { name: "pending" } });
      const visit = (cookie: string, view: (session: Session<{ user: string }>) => void) => {
        const request = new Request(`${origin}://localhost/`, { headers: { cookie } });
        return sessions.handle(request, (session) => {
          view(session);
          return new Response();
        });
      };
      const first = await visit("", (session) => session.set("user", "ann"));
      const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const id = cookie.slice(`${name}=`.length);
      assertEquals((await store.load(id, String(name))).record?.data.user, "ann");
      await visit(cookie, (session) => session.destroy());
      assertEquals(await said(store, id, String(name)), "unknown id");
    }
  });

  test("tells nothing of a session of http to https", async (_, store) => {
    const sessions = new Sessions<{ user: string }>({ store, trace: true });
    const first = await sessions.handle(new Request("http://localhost/"), (session) => {
      session.set("user", "ann");
      return new Response();
    });
    const cookie = first.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const changes = async (origin: string, cookie: string): Promise<readonly string[]> => {
      const request = new Request(`${origin}://localhost/`, { headers: { cookie } });
      return inspect(await sessions.load(request)).lastChanges;
    };
    assertEquals(await changes("http", cookie), ["set user"]);
    assertEquals(await changes("https", `__Host-${cookie}`), []);
  });
}
