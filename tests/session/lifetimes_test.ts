import {
  generateSecret,
  type Session,
  type SessionLifetimes,
  type SessionOptions,
  type Sessions,
  type SessionView,
} from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { TestClock } from "@satchel/satchel/testing";
import { listSessions } from "@satchel/satchel/stores/server";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { SECRET } from "../support/secrets.ts";
import {
  cookieSessions,
  sessionsIn,
  setTo,
  type Values,
  VersionedStore,
} from "../support/sessions.ts";

const HOUR = 3600;
const DAY = 86_400;

/** Sessions of each kind of store, under one clock. */
const STORES = {
  "the cookie store": cookieSessions,
  "a store with versions": (options: Partial<SessionOptions>) =>
    sessionsIn(new VersionedStore(), options),
  MemoryStore: (options: Partial<SessionOptions>) =>
    sessionsIn(new MemoryStore({ now: options.now }), options),
};

/** Sessions, and a browser that obeys the same clock and has one. */
async function begun(
  open: (options: Partial<SessionOptions>) => Sessions<Values>,
  options: Partial<SessionOptions> = {},
) {
  const clock = new TestClock();
  const sessions = open({ ...options, now: clock.now });
  let use: SessionView<Values> = () => new Response();
  const answer = (request: Request) => sessions.handle(request, (session) => use(session));
  const browser = new Browser(answer, { now: clock.now });
  const visit = async <T>(act: (session: Session<Values>) => T, init: RequestInit = {}) => {
    const results: T[] = [];
    use = (session) => {
      results.push(act(session));
      return new Response();
    };
    await browser.fetch("/", init);
    return results.at(-1) as T;
  };
  const read = () => visit((session) => session.get("a"));
  await visit((session) => void session.set("a", 1));
  return { clock, sessions, browser, visit, read, line: () => browser.line ?? "" };
}

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`SessionCookieOptions.maxAge alone is how long a session may be idle, in ${name}`, async () => {
    const { clock, browser, read } = await begun(open, { cookie: { maxAge: 30 * DAY } });
    browser.jar.close();
    clock.advance(29 * DAY);
    assertEquals(await read(), 1);
    const short = await begun(open, { cookie: { maxAge: 60 } });
    const { cookies: [cookie] } = short.browser.jar;
    short.clock.advance(61);
    assertEquals(await short.read(), undefined);
    short.browser.jar.storeLine("http://localhost/", `session=${cookie?.value}; Path=/`);
    assertEquals(await short.read(), undefined); // the store agrees with the browser
  });

  Deno.test(`SessionCookieOptions.maxAge signs nobody out who only reads, in ${name}`, async () => {
    const cookie = { maxAge: HOUR };
    const { clock, read } = await begun(open, { cookie, idleTimeout: DAY });
    for (let minute = 0; minute < 150; minute++) {
      clock.advance(60);
      assertEquals(await read(), 1, `after ${minute} minutes`);
    }
    const daily = await begun(open, { cookie: { maxAge: DAY }, idleTimeout: null });
    for (let visit = 1; visit <= 8; visit++) {
      daily.clock.advance(20 * HOUR);
      assertEquals(await daily.read(), 1, `at visit ${visit}`);
    }
  });

  Deno.test(`Session.remember() makes a session outlive the browser's window, in ${name}`, async () => {
    const { clock, browser, visit, read, line } = await begun(open);
    await visit((session) => void session.remember({ maxAge: 30 * DAY }));
    assert(line().includes("; Max-Age=2592000;"), line());
    for (let visit = 0; visit < 2; visit++) {
      browser.jar.close();
      clock.advance(14 * DAY);
      assertEquals(await read(), 1);
    }
    browser.jar.close();
    clock.advance(3 * DAY);
    assertEquals(await read(), undefined);
  });

  Deno.test(`Session.remember() makes a session shorter than others, in ${name}`, async () => {
    const { clock, visit, read, line } = await begun(open);
    await visit((session) => void session.remember({ idle: 400, absolute: HOUR }));
    assert(!line().includes("Max-Age"), line());
    for (let visit = 0; visit < 9; visit++) {
      clock.advance(399);
      assertEquals(await read(), 1, `at visit ${visit}`);
    }
    clock.advance(10);
    assertEquals(await read(), undefined);
    const idle = await begun(open);
    await idle.visit((session) => void session.remember({ idle: 400 }));
    idle.clock.advance(401);
    assertEquals(await idle.read(), undefined);
  });

  Deno.test(`Session.remember() holds under a new id, and not after destroy(), in ${name}`, async () => {
    const { clock, visit, read, line } = await begun(open);
    await visit((session) => void session.remember({ maxAge: 30 * DAY }));
    await visit((session) => void session.regenerate());
    assert(line().includes("; Max-Age=2592000;"), line());
    clock.advance(29 * DAY);
    assertEquals(await read(), 1);
    await visit((session) => {
      session.destroy();
      session.set("a", 2);
    });
    assert(!line().includes("Max-Age"), line());
    clock.advance(1201);
    assertEquals(await read(), undefined);
  });

  Deno.test(`Session.remember() takes back what it gave, and the browser learns it, in ${name}`, async () => {
    for (const lifetimes of [{}, { maxAge: null }]) {
      const { clock, browser, visit, read, line } = await begun(open);
      await visit((session) => void session.remember({ maxAge: 30 * DAY }));
      await visit((session) => void session.remember(lifetimes));
      assert(/^session=[\w-]+; HttpOnly; SameSite/.test(line()), line());
      assertEquals(browser.jar.cookies.map(({ expiresAt }) => expiresAt), [null]);
      clock.advance(1200);
      assertEquals(await read(), 1);
      clock.advance(1201);
      assertEquals(await read(), undefined);
    }
  });
}

Deno.test("Session.remember() adds what is left out, so that all agree", async () => {
  const store = new VersionedStore();
  const open = (options: Partial<SessionOptions>) => sessionsIn(store, options);
  const outcome = async (given: SessionLifetimes, options: Partial<SessionOptions> = {}) => {
    const { visit, line } = await begun(open, options);
    await visit((session) => void session.remember(given));
    const { lifetime } = store.writes.at(-1) ?? {};
    return [lifetime, /Max-Age=(\d+)/.exec(line())?.[1] ?? null];
  };
  const cookie = { maxAge: DAY };
  assertEquals(await outcome({ maxAge: 60 }), [61, "60"]);
  assertEquals(await outcome({ maxAge: 60, idle: 90, absolute: 100 }), [91, "60"]);
  assertEquals(await outcome({ idle: null, absolute: null, maxAge: 60 }), [null, "60"]);
  assertEquals(await outcome({ absolute: 60 }), [61, null]);
  assertEquals(await outcome({ idle: 30 * DAY }), [30 * DAY + 1, null]);
  // Where browsers keep the application's cookies, they keep this one for as long as it lives.
  assertEquals(await outcome({ idle: 60 }, { cookie }), [61, "60"]);
  assertEquals(await outcome({ idle: 30 * DAY }, { cookie }), [30 * DAY + 1, "2592000"]);
  assertEquals(await outcome({ absolute: 60 }, { cookie }), [61, "60"]);
  assertEquals(await outcome({ maxAge: null }, { cookie }), [DAY + 1, null]);
});

Deno.test.each<[SessionLifetimes, message: string]>([
  [{ idle: 0 }, "idle 0: a whole number of seconds from 1 is needed, or null"],
  [{ absolute: -5 }, "absolute -5: a whole number of seconds from 1"],
  [{ maxAge: 1.5 }, "maxAge 1.5: a whole number of seconds from 1"],
  [{ maxAge: Infinity }, "maxAge Infinity: a whole number of seconds from 1"],
  [{ idle: "60" as unknown as number }, "idle 60: a whole number of seconds from 1"],
  [{ maxAge: 61, idle: 60 }, "idle 60: it is shorter than maxAge 61"],
  [{ maxAge: 61, absolute: 60 }, "absolute 60: it is shorter than maxAge 61"],
  [{ idle: 61, absolute: 60 }, "absolute 60: it is shorter than idle 61"],
])("Session.remember() refuses %j", async (lifetimes, message) => {
  const session = await cookieSessions().load(new Request("http://shop.example/"));
  assertThrows(() => session.remember(lifetimes), RangeError, `Cannot use ${message}`);
});

for (const method of ["GET", "POST"]) {
  Deno.test(`Session.remember() is applied to what another request stored, in a ${method}`, async () => {
    const store = new VersionedStore();
    const { visit, browser, line } = await begun((options) => sessionsIn(store, options));
    const id = browser.cookie();
    store.beforeSave = () => store.meddle(id, setTo("b", 2));
    await visit((session) => void session.remember({ maxAge: DAY }), { method });
    assertEquals(store.record(id)?.data, { a: 1, b: 2 });
    assertEquals(store.record(id)?.limits, { maxAge: DAY });
    assert(line().includes("; Max-Age=86400;"), line());
    store.beforeSave = () => store.meddle(id, (record) => ({ ...record, limits: { maxAge: 60 } }));
    await visit((session) => void session.set("a", 3), { method });
    assertEquals(store.record(id)?.limits, { maxAge: 60 });
    assert(line().includes("; Max-Age=60;"), line());
  });
}

Deno.test("a cookie with Max-Age ends with its session where a request does not prolong it", async () => {
  const { clock, sessions, browser } = await begun(cookieSessions, { cookie: { maxAge: HOUR } });
  clock.advance(HOUR - 60);
  const response = await sessions.handle(browser.request("/"), (session) => {
    return Response.json(session.set("a", 2).size);
  }, { renew: false });
  browser.keep(response);
  assert(browser.line?.includes("; Max-Age=60;"), String(browser.line));
  const secrets = [generateSecret(), SECRET];
  const rotated = cookieSessions({
    secrets,
    cookie: { maxAge: HOUR },
    renewAfter: null,
    now: clock.now,
  });
  const resealed = await rotated.handle(browser.request("/"), (session) => {
    return Response.json(session.size);
  });
  assert(resealed.headers.getSetCookie().join().includes("; Max-Age=60;"));
});

Deno.test("commit() counts the Max-Age of a session's own to the byte", async () => {
  const { visit, line } = await begun(cookieSessions);
  const outcomes: [bytes: number, fits: boolean][] = [];
  for (let size = 2900; size < 3020; size++) {
    const use = (session: Session<Values>) =>
      void session.set("a", "x".repeat(size)).remember({ maxAge: 30 * DAY });
    const bytes: number = await visit(use).then(() => 0, ({ report }) => report.bytes);
    outcomes.push([bytes || line().length, bytes === 0]);
  }
  assertEquals(outcomes.map(([, fits]) => fits), outcomes.map(([bytes]) => bytes <= 4096));
  assertEquals(new Set(outcomes.map(([, fits]) => fits)).size, 2);
});

Deno.test("listSessions() finds a session that was remembered just after its sign-in", async () => {
  for (const wait of [0, 30]) {
    const { clock, sessions, visit } = await begun(STORES.MemoryStore);
    await visit((session) => void session.setOwner("ada"));
    clock.advance(wait);
    await visit((session) => void session.remember({ maxAge: 30 * DAY }));
    clock.advance(20 * DAY);
    for (let visits = 0; visits < 1024; visits++) { // after so many the store removes what is old
      await sessions.handle(new Request("http://localhost/"), (session) => {
        return Response.json(session.set("a", 2).size);
      });
    }
    assertEquals((await listSessions(sessions, "ada")).length, 1);
    assertEquals(await visit((session) => session.owner), "ada");
  }
});
