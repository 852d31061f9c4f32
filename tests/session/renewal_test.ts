import {
  generateSecret,
  type Session,
  type SessionOptions,
  SessionStoreError,
} from "@satchel/satchel";
import { createHandler, type Route } from "@satchel/satchel/web";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Browser, type VisitOptions, Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import {
  cookieSessions,
  sessionsIn,
  setTo,
  type Values,
  VersionedStore,
} from "../support/sessions.ts";

const read = (session: Session<Values>): void => void session.get("a");
const write = (session: Session<Values>): void => void session.set("a", 2);

/** Sessions of both kinds of stores, under one clock. */
const STORES = {
  "the cookie store": (options: Partial<SessionOptions>) => cookieSessions(options),
  "a store with versions": (options: Partial<SessionOptions>) =>
    sessionsIn(new VersionedStore(), options),
};

for (const [name, open] of Object.entries(STORES)) {
  for (const [what, use] of [["reading", read], ["writing", write]] as const) {
    Deno.test(`Sessions.handle() with renew: false prolongs nothing by ${what}, in ${name}`, async () => {
      for (const renew of [false, true, undefined]) {
        const clock = new TestClock();
        const sessions = open({ now: clock.now, idleTimeout: 1200, renewAfter: 0 });
        const visitor = new Visitor(sessions);
        await visitor.visit((session) => void session.set("a", 1));
        for (let minute = 0; minute <= 20; minute++) {
          const request = visitor.request();
          const answer = await sessions.handle(request, (session) => {
            use(session);
            return new Response();
          }, { renew });
          visitor.browser.keep(answer);
          clock.advance(60);
        }
        assertEquals(await visitor.read((session) => session.isNew), renew === false);
      }
    });
  }
}

Deno.test("Sessions.load() with renew: false prolongs nothing, though another request was faster", async () => {
  const clock = new TestClock();
  const store = new VersionedStore();
  const sessions = sessionsIn(store, { now: clock.now });
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("a", 1));
  const { renewedAt } = store.record(visitor.value) ?? {};
  for (const method of ["GET", "POST"]) {
    clock.advance(600);
    store.beforeSave = () => store.meddle(visitor.value, setTo("b", method));
    const session = await sessions.load(visitor.request({ method }), { renew: false });
    await sessions.commit(session.set("a", method), new Response());
    const record = store.record(visitor.value);
    assertEquals(record?.data, { a: method, b: method });
    assertEquals(record?.renewedAt, renewedAt);
  }
});

Deno.test("Route.renew false lets a page poll without prolonging its session", async () => {
  const clock = new TestClock();
  const view: Route<Values>["view"] = ({ session }) => {
    const { isNew } = session;
    session.update("count", (count = 0) => Number(count) + 1);
    return Response.json(isNew);
  };
  const browser = new Browser(createHandler({
    sessions: cookieSessions({ now: clock.now }),
    routes: [
      { method: "GET", path: "/", view },
      { method: "GET", path: "/news", view, renew: false },
    ],
  }));
  const ask = async (path: string) => JSON.parse((await browser.get(path)).text);
  assertEquals(await ask("/"), true);
  for (let minute = 1; minute <= 20; minute++) {
    clock.advance(60);
    assertEquals(await ask("/news"), false);
  }
  clock.advance(1);
  assertEquals(await ask("/news"), true);
});

const cors = {
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty",
  "sec-fetch-site": "same-origin",
};
const page = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** Requests that nobody waits for, and whether they are. */
const READERS: [what: string, request: VisitOptions, isBackground: boolean][] = [
  ["fetch", { headers: cors }, true],
  ["fetch in a POST", { headers: cors, method: "POST" }, true],
  ["a destination alone", { headers: { "sec-fetch-dest": "empty" } }, true],
  ["a mode alone", { headers: { "sec-fetch-mode": "same-origin" } }, true],
  ["an image", { headers: { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" } }, true],
  ["a WebSocket", { headers: { ...cors, "sec-fetch-mode": "websocket" } }, true],
  ["a prefetch", { headers: { ...page, "sec-purpose": "prefetch" } }, true],
  ["HEAD", { method: "HEAD" }, true],
  ["a page", { headers: page }, false],
  ["a form", { headers: page, method: "POST" }, false],
  ["no Fetch Metadata", {}, false],
];

for (const [what, options, isBackground] of READERS) {
  for (const [why, secrets] of [["renewal", [SECRET]], ["reseal", [generateSecret(), SECRET]]]) {
    Deno.test(`CookieStore's sessions set a cookie for ${what} that reads and is due for ${why}: ${!isBackground}`, async () => {
      const clock = new TestClock();
      const visitor = new Visitor(cookieSessions({ now: clock.now }));
      await visitor.visit((session) => void session.set("a", 1));
      const later = new Visitor(cookieSessions({ now: clock.now, secrets: secrets as string[] }));
      later.cookie = visitor.cookie;
      if (why === "renewal") clock.advance(600);
      await later.visit(read, options);
      assertEquals(later.line === null, isBackground);
      // What asks for a change gets it, in the background or not.
      await later.visit(write, options);
      assertEquals(later.line === null, false);
    });
  }
}

for (
  const [what, use] of [["change", write], [
    "sign-out",
    (s: Session<Values>) => s.destroy(),
  ]] as const
) {
  Deno.test(`CookieStore's sessions keep a ${what} that a slow reader in the background was to undo`, async () => {
    const clock = new TestClock();
    const sessions = cookieSessions({ now: clock.now });
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => void session.set("a", 1));
    clock.advance(600);
    const slow = await sessions.load(visitor.request({ headers: cors }));
    read(slow);
    await visitor.visit(use);
    visitor.browser.keep(await sessions.commit(slow, new Response("slow")));
    assertEquals(await visitor.read((s) => s.get("a")), what === "change" ? 2 : undefined);
  });
}

Deno.test("a store with versions renews for readers in the background as well", async () => {
  const clock = new TestClock();
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store, { now: clock.now }));
  await visitor.visit((session) => void session.set("a", 1));
  clock.advance(600);
  await visitor.visit(read, { headers: cors });
  assertEquals(store.record(visitor.value)?.renewedAt, clock.now() / 1000);
});

/** A visitor whose next renewal meets something, and what the hook was called with. */
async function dueFor(stepIn: (store: VersionedStore, id: string) => void) {
  const clock = new TestClock();
  const store = new VersionedStore();
  const errors: [unknown, Request][] = [];
  const onError = (...reported: [unknown, Request]): void => void errors.push(reported);
  const options = { now: clock.now, onError, cookie: { maxAge: 1200 } };
  const visitor = new Visitor(sessionsIn(store, options));
  await visitor.visit((session) => void session.set("a", 1));
  const id = visitor.value;
  clock.advance(600);
  store.beforeSave = () => stepIn(store, id);
  return { clock, store, visitor, errors, id };
}

for (
  const failure of [
    new SessionStoreError("Cannot write to the store: it is read-only"),
    new RangeError("Cannot fit the session"),
    new TypeError("Cannot write the session: the store has a bug"),
  ]
) {
  Deno.test(`SessionOptions.onError gets the ${failure.name} of a renewal, and the page is served`, async () => {
    const { store, visitor, errors } = await dueFor((store) => void (store.failure = failure));
    let runs = 0;
    const answer = await visitor.visit((session) => {
      runs++;
      return new Response(String(session.get("a")), { status: 203 });
    });
    assertEquals([answer.status, await answer.text(), visitor.line, runs], [203, "1", null, 1]);
    assertEquals(answer.headers.get("cache-control"), "private, no-cache");
    assertEquals(errors.length, 1);
    assertStrictEquals(errors[0]?.[0], failure);
    assertEquals(errors[0]?.[1].url, visitor.request().url);
    // A change that was asked for is never lost in silence.
    store.failure = null;
    store.beforeSave = () => void (store.failure = failure);
    await assertRejects(() => visitor.visit(write), failure.constructor as ErrorConstructor);
    assertEquals(errors.length, 1);
  });
}

Deno.test("Sessions.handle() serves a page whose renewal fails, without a hook", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store, { renewAfter: 0 }));
  await visitor.visit((session) => void session.set("a", 1));
  store.beforeSave = () => void (store.failure = new SessionStoreError("Cannot write"));
  assertEquals((await visitor.visit(read)).status, 200);
});

for (const what of ["changed", "destroyed"] as const) {
  Deno.test(`Sessions.handle() serves a page once whose session was ${what} before its renewal`, async () => {
    const { store, visitor, errors, id } = await dueFor((store, id) => {
      if (what === "changed") store.meddle(id, setTo("a", 2));
      else store.rows.delete(id);
    });
    let runs = 0;
    await visitor.visit((session) => {
      runs++;
      read(session);
    });
    assertEquals([runs, visitor.line, errors], [1, null, []]);
    assertEquals(store.record(id)?.data.a, what === "changed" ? 2 : undefined);
  });
}

Deno.test("CookieStore's sessions can be read though nothing more fits, not even a renewal", async () => {
  const clock = new TestClock();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const visitor = new Visitor(cookieSessions({ now: clock.now, idleTimeout: 8000, onError }));
  // The longest text whose cookie fits; a renewal makes it longer by the digits of its time.
  for (let size = 2900; size < 3100; size++) {
    const fits = await visitor.visit((session) => void session.set("a", "x".repeat(size)))
      .then(() => true, () => false);
    if (!fits) break;
  }
  clock.advance(7777);
  const { status } = await visitor.visit(read);
  assertEquals([status, visitor.line], [200, null]);
  assertEquals(errors.map(String).map((text) => text.split(":")[0]), ["SessionSizeError"]);
});
