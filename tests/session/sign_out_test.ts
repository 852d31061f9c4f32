/** The browser's copies of pages that were made for the visitor before a sign-in or sign-out. */
import type { Session } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";

const EARLY = '"prefetchCache", "prerenderCache"';

function seeOther(): Response {
  return new Response(null, { status: 303, headers: { location: "/" } });
}

for (
  const [where, make] of [
    ["the cookie", cookieSessions],
    ["a server's store", () => sessionsIn(new MemoryStore())],
  ] as const
) {
  Deno.test.each<[what: string, use: (session: Session<Values>) => void, sent: string | null]>([
    ["regenerate()", (session) => session.regenerate(), EARLY],
    ["destroy()", (session) => session.destroy(), EARLY],
    ["destroy() and a message", (session) => {
      session.destroy();
      session.flash("You are signed out.");
    }, EARLY],
    ["set()", (session) => void session.set("name", "Ada"), null],
    ["clear()", (session) => session.clear(), null],
  ])(`Session.%s in ${where} is answered with Clear-Site-Data or not`, async (_, use, sent) => {
    const visitor = new Visitor(make());
    await visitor.visit((session) => void session.set("counter", 1));
    for (
      const answer of [
        () => new Response("page"),
        seeOther,
        () => Response.redirect("http://a.example/"),
      ]
    ) {
      const { headers } = await visitor.visit((session) => {
        use(session);
        return answer();
      }, { method: "POST" });
      assertEquals(headers.get("clear-site-data"), sent);
      await visitor.visit((session) => void session.set("counter", 1));
    }
  });
}

Deno.test("Session.destroy() adds to the view's own Clear-Site-Data", async () => {
  const visitor = new Visitor(cookieSessions());
  const { headers } = await visitor.visit((session) => {
    session.destroy();
    return new Response("bye", { headers: { "clear-site-data": '"storage"' } });
  });
  assertEquals(headers.get("clear-site-data"), `"storage", ${EARLY}`);
});

Deno.test("Session.destroy() by a request whose session got a new id clears them as well", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("counter", 1));
  const slow = await sessions.load(visitor.request({ method: "POST" }));
  await visitor.visit((session) => session.regenerate());
  slow.destroy();
  const answer = await sessions.commit(slow, new Response("bye"));
  assertEquals(answer.headers.get("clear-site-data"), EARLY);
});

Deno.test("Session.destroy() by a script with a retired id ends the session that has a new one", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("counter", 1));
  const headers = { "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty" };
  const late = visitor.request({ method: "POST", headers });
  await visitor.visit((session) => session.regenerate());
  await sessions.handle(late, (session) => {
    session.destroy();
    return new Response("bye");
  });
  assertEquals(await visitor.read((session) => session.refusal), "unknown id");
});

Deno.test("a page of a session with an owner is not stored, where its view says nothing", async () => {
  const visitor = new Visitor(sessionsIn(new MemoryStore()));
  const control = async (use: (session: Session<Values>) => Response | void) =>
    (await visitor.visit(use)).headers.get("cache-control");
  assertEquals(await control((session) => void session.set("counter", 1)), "private, no-cache");
  assertEquals(await control((session) => void session.setOwner("ada")), "private, no-store");
  assertEquals(await control((session) => void session.get("counter")), "private, no-store");
  const own = { headers: { "cache-control": "public, max-age=60" } };
  const answer = (session: Session<Values>) => new Response(`${session.size}`, own);
  assertEquals(await control(answer), "private, max-age=60");
  assertEquals(await control((session) => session.destroy()), "private, no-store");
  assertEquals(await control((session) => void session.get("counter")), "private, no-cache");
});
