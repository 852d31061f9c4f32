import { type Session, Sessions, type SessionStore } from "@satchel/satchel";
import { createHandler, html } from "@satchel/satchel/web";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Browser, Visitor } from "../support/browser.ts";
import { cookieSessions, type Values, VersionedStore } from "../support/sessions.ts";

const URL = "http://shop.example/";

function increment(session: Session<Values>, key = "count"): void {
  session.update(key, (count) => Number(count ?? 0) + 1);
}

const STORES: Record<string, () => SessionStore> = {
  versioned: () => new VersionedStore(),
  memory: () => new MemoryStore(),
};

const AGAIN = "Cannot handle the request: its session is already being handled, so pass that " +
  "session on (is a middleware mounted twice?)";

for (const [name, open] of Object.entries(STORES)) {
  for (const method of ["GET", "POST"]) {
    Deno.test(`Sessions.handle() refuses to handle a ${method} that it is handling (${name} store)`, async () => {
      const sessions = new Sessions<Values>({ store: open() });
      const visitor = new Visitor(sessions);
      await visitor.visit((session) => increment(session));
      for (const wait of [true, false]) {
        const request = visitor.request({ method });
        const inner = () => sessions.handle(request, () => new Response());
        const outer = sessions.handle(request, (session) => {
          increment(session);
          if (!wait) assertThrows(inner, TypeError, AGAIN);
          return wait ? Promise.resolve().then(inner) : inner();
        });
        await assertRejects(async () => await outer, TypeError, AGAIN);
      }
      assertEquals(await visitor.read((session) => session.get("count")), 1);
    });
  }

  Deno.test(`Sessions.handle() handles a request again that it has answered, or that failed (${name} store)`, async () => {
    const sessions = new Sessions<Values>({ store: open() });
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => increment(session));
    const request = visitor.request();
    const answer = () => sessions.handle(request, (session) => Response.json(session.get("count")));
    const fail = () => {
      throw new Error("no");
    };
    for (const view of [fail, () => Promise.resolve().then(fail)]) {
      await assertRejects(async () => await sessions.handle(request, view), Error, "no");
      assertEquals(await (await answer()).text(), "1");
    }
  });

  Deno.test(`Sessions.handle() lets two applications handle one request (${name} store)`, async () => {
    const [one, other] = [open(), open()].map((store, index) =>
      new Sessions<Values>({ store, cookie: { name: `session${index}` } })
    );
    assert(one && other);
    const browser = new Browser((request) =>
      one.handle(request, (mine) =>
        other.handle(request, (theirs) => {
          increment(mine);
          increment(theirs);
          return Response.json([mine.get("count"), theirs.get("count")]);
        }))
    );
    for (const count of [1, 2]) {
      assertEquals(await (await browser.fetch(URL)).json(), [count, count]);
    }
  });

  for (const method of ["GET", "POST"]) {
    Deno.test(`a ${method} whose view has load() and commit() of its own runs once, and both are stored (${name} store)`, async () => {
      const sessions = new Sessions<Values>({ store: open() });
      const visitor = new Visitor(sessions);
      await visitor.visit((session) => increment(session, "inner"));
      let ran = 0;
      const inner = async (request: Request): Promise<Response> => {
        const own = await sessions.load(request);
        increment(own, "inner");
        return await sessions.commit(own, html(`${++ran}`));
      };
      const handler = createHandler({
        sessions,
        routes: [{
          method,
          path: "/",
          view({ request, session }) {
            increment(session, "outer");
            return inner(request);
          },
        }],
      });
      const request = visitor.request({ method });
      assertEquals(await (await handler(request)).text(), "1");
      const data = () => visitor.read((session) => Object.fromEntries(session.entries()));
      assertEquals(await data(), { inner: 2, outer: 1 });

      const again = visitor.request({ method });
      const response = await sessions.handle(again, (session) => {
        increment(session, "outer");
        return inner(again);
      });
      assertEquals(await response.text(), "2");
      assertEquals(await data(), { inner: 3, outer: 2 });
    });
  }

  Deno.test(`a GET whose view ends the session by itself runs once, and nothing comes back (${name} store)`, async () => {
    const sessions = new Sessions<Values>({ store: open() });
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => increment(session));
    const request = visitor.request();
    let ran = 0;
    await sessions.handle(request, async (session) => {
      ran++;
      increment(session);
      const own = await sessions.load(request);
      own.destroy();
      return await sessions.commit(own, new Response());
    });
    assertEquals(ran, 1);
    assert(await visitor.read((session) => session.isNew));
  });
}

Deno.test("Sessions.handle() nests in the cookie store no more than in others", async () => {
  const sessions = cookieSessions();
  const request = new Request(URL);
  const outer = () =>
    sessions.handle(request, () => sessions.handle(request, () => new Response()));
  await assertRejects(async () => await outer(), TypeError, AGAIN);
});
