import type { Session } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assertEquals, assertNotEquals } from "@std/assert";
import { type VisitOptions, Visitor } from "../support/browser.ts";
import { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";

const STORES = [
  ["the cookie", cookieSessions],
  ["a server's store", () => sessionsIn(new MemoryStore())],
] as const;

async function blank(init: RequestInit = {}): Promise<Session<Values>> {
  return await cookieSessions().load(new Request("http://shop.example/", init));
}

Deno.test("Session.flash() queues in order across levels, peekFlash() leaves all, takeFlash() none", async () => {
  const session = await blank();
  session.flash("one").flash("two", { level: "error" }).flash("three");
  const [one, two, three] = [
    { level: "info", message: "one" },
    { level: "error", message: "two" },
    { level: "info", message: "three" },
  ];
  assertEquals(session.peekFlash(), [one, two, three]);
  assertEquals(session.peekFlash("error"), [two]);
  assertEquals(session.peekFlash(["error", "warning"]), [two]);
  assertEquals(session.takeFlash("error"), [two]);
  assertEquals(session.takeFlash(), [one, three]);
  assertEquals(session.peekFlash(), []);
});

Deno.test("Session.peekFlash() and takeFlash() hand out messages that are the caller's own", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("Hello"));
  const sessions = cookieSessions();
  for (const time of ["first", "second", "third"]) {
    const session = await sessions.load(visitor.request());
    for (const found of [session.peekFlash(), session.takeFlash()]) {
      assertEquals(found, [{ level: "info", message: "Hello" }], time);
      Object.assign(found[0] ?? {}, { message: "changed" });
      found.length = 0;
    }
  }
});

Deno.test("Session.flash() drops a duplicate of the same level where that is wanted", async () => {
  const session = await blank();
  const once = { allowDuplicate: false };
  session.flash("Saved", once).flash("Saved", once).flash("Saved", { ...once, level: "success" });
  assertEquals(session.peekFlash().map(({ level }) => level), ["info", "success"]);
  session.flash("Saved");
  assertEquals(session.peekFlash("info").length, 2);
});

Deno.test("Session.flash() drops the oldest of more than 32, but none for a duplicate", async () => {
  const session = await blank();
  for (let index = 0; index <= 32; index++) session.flash(`${index}`);
  const texts = () => session.peekFlash().map(({ message }) => message);
  assertEquals([texts().length, texts()[0], texts().at(-1)], [32, "1", "32"]);
  session.flash("32", { allowDuplicate: false });
  assertEquals([texts().length, texts()[0]], [32, "1"]);
});

const SEEN: [what: string, init: RequestInit][] = [
  ["a page", { headers: { "sec-fetch-dest": "document" } }],
  ["a script's fetch", { headers: { "sec-fetch-dest": "empty" } }],
  ...["iframe", "frame", "fencedframe", "embed", "object"].map((destination) =>
    [`an ${destination}`, { headers: { "sec-fetch-dest": destination } }] as [string, RequestInit]
  ),
  ["a request of an old browser", {}],
  ["a form", { method: "POST" }],
  ["a navigation", { headers: { "sec-purpose": "navigation", purpose: "" } }],
  ["a page that htmx did not preload", { headers: { "hx-preloaded": "false" } }],
];

Deno.test.each(SEEN)("Session.takeFlash() by %s takes the messages away", async (_, init) => {
  const session = (await blank(init)).flash("Hello");
  assertEquals([session.takeFlash().length, session.takeFlash().length], [1, 0]);
});

const UNSEEN: [what: string, init: VisitOptions][] = [
  ["a HEAD", { method: "HEAD" }],
  ...["image", "script", "style", "font", "manifest", "serviceworker", "websocket", "report"].map(
    (destination) =>
      [`a ${destination}`, { headers: { "sec-fetch-dest": destination } }] as [
        string,
        VisitOptions,
      ],
  ),
  ["a prefetch", { headers: { "sec-purpose": "prefetch", "sec-fetch-dest": "document" } }],
  ["a prefetch through a proxy", { headers: { "sec-purpose": "prefetch;anonymous-client-ip" } }],
  ["a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }],
  ["a prefetch of an old browser", { headers: { "sec-purpose": "", purpose: "Prefetch" } }],
  ["a preview", { headers: { purpose: "preview" } }],
  ["a preview of Safari", { headers: { "x-purpose": "preview" } }],
  ["a prefetch of an old Firefox", { headers: { "x-moz": "prefetch" } }],
  ["a prefetch of Turbo", { headers: { "x-sec-purpose": "prefetch", "sec-fetch-dest": "empty" } }],
  ["a preload of htmx", { headers: { "hx-preloaded": "true", "sec-fetch-dest": "empty" } }],
  ["a prefetch of Next", { headers: { "next-router-prefetch": "1", "sec-fetch-dest": "empty" } }],
];

Deno.test.each(UNSEEN)(
  "Session.takeFlash() gives %s nothing, and the messages wait on",
  async (_, init) => {
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    await visitor.visit((session) => void session.flash("Hello"));
    const page = await visitor.visit((session) => {
      assertEquals(session.takeFlash(), []);
      assertEquals(session.takeFlash("info"), []);
      assertEquals(session.peekFlash().length, 1);
    }, init);
    assertEquals(page.headers.get("vary"), "Cookie");
    assertEquals(await visitor.read((session) => session.takeFlash().length), 1);
  },
);

const ANSWERS: [status: number, isShown: boolean][] = [
  ...[200, 201, 206, 400, 404, 422, 500].map((status): [number, boolean] => [status, true]),
  ...[204, 205, 301, 302, 303, 304, 307, 308].map((status): [number, boolean] => [status, false]),
];

for (const [where, make] of STORES) {
  Deno.test.each(ANSWERS)(
    `Session.takeFlash() and an answer with %d, in ${where}: shown is %s`,
    async (status, isShown) => {
      const visitor = new Visitor(make());
      await visitor.visit((session) => {
        session.flash("one").flash("two", { level: "error" }).flash("three");
      });
      let draws = 0;
      await visitor.visit((session) => {
        assertEquals(session.takeFlash("error").length, 1);
        session.flash("four");
        assertEquals(session.takeFlash("info").length, 3);
        session.flash("five").update("draw", () => ++draws);
        return new Response(isShown ? "page" : null, { status });
      });
      assertEquals(draws, 1);
      const left = await visitor.read((session) => [
        ...session.peekFlash().map(({ message }) => message),
        session.get("draw"),
      ]);
      assertEquals(left, [...isShown ? [] : ["one", "two", "three", "four"], "five", 1]);
    },
  );
}

Deno.test("Session.takeFlash() before an answer without a page leaves nothing to write", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("Hello"));
  const answer = await visitor.visit((session) => {
    session.takeFlash();
    return new Response(null, { status: 304 });
  });
  assertEquals([visitor.line, answer.headers.get("cache-control")], [null, "private, no-cache"]);
});

Deno.test("Session.takeFlash() before a redirect that ends the session leaves what came after", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("before"));
  await visitor.visit((session) => {
    session.takeFlash();
    session.destroy();
    session.flash("You are signed out.");
    session.takeFlash();
    return new Response(null, { status: 303, headers: { location: "/" } });
  });
  const left = await visitor.read((session) => session.peekFlash().map(({ message }) => message));
  assertEquals(left, ["You are signed out."]);
});

Deno.test.each(["max-age=60", "public, max-age=600", "private, max-age=5", "no-cache"])(
  "Session.takeFlash() makes a page no-store though the view says %j",
  async (control) => {
    const visitor = new Visitor(sessionsIn(new MemoryStore()));
    const show = (session: Session<Values>) => {
      session.takeFlash();
      return new Response("page", { headers: { "cache-control": control } });
    };
    await visitor.visit((session) => void session.flash("Hello"));
    assertEquals((await visitor.visit(show)).headers.get("cache-control"), "private, no-store");
    assertNotEquals((await visitor.visit(show)).headers.get("cache-control"), "private, no-store");
  },
);
