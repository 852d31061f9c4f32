import {
  generateSecret,
  type Session,
  type SessionOptions,
  SessionSizeError,
} from "@satchel/satchel";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { cookieSessions, sessionsIn, type Values, VersionedStore } from "../support/sessions.ts";

const read = (session: Session<Values>): void => void session.get("anything");
const setTo = (a: number) => (session: Session<Values>): void => void session.set("a", a);

/** A visitor of cookie sessions with a clock, who has a session. */
async function visitorAt(options: Partial<SessionOptions>) {
  const clock = new TestClock();
  const sessions = cookieSessions({ ...options, now: clock.now });
  const visitor = new Visitor(sessions);
  await visitor.visit(setTo(1));
  /** Whether reading the session sets its cookie again. */
  const renews = async (): Promise<boolean> => {
    await visitor.visit(read);
    return visitor.line !== null;
  };
  return { clock, sessions, visitor, renews, value: () => visitor.read((s) => s.get("a")) };
}

/** A visitor of a new versioned store, who has a session. */
async function visitorOf(options: Partial<SessionOptions> = {}) {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store, options));
  await visitor.visit(setTo(1));
  return { store, visitor, id: visitor.value };
}

Deno.test("commit() leaves the response of an untouched session alone", async () => {
  const { clock, sessions, visitor } = await visitorAt({ renewAfter: 0 });
  clock.advance(600);
  for (const request of [visitor.request(), new Request("http://shop.example/")]) {
    const response = new Response("public", { headers: { "cache-control": "public, max-age=60" } });
    const before = [...response.headers];
    assertStrictEquals(await sessions.commit(await sessions.load(request), response), response);
    assertEquals([...response.headers], before);
  }
});

Deno.test("commit() saves a session once", async () => {
  const store = new VersionedStore();
  const sessions = sessionsIn(store);
  const session = await sessions.load(new Request("http://shop.example/"));
  session.set("a", 1);
  await sessions.commit(session, new Response());
  await assertRejects(
    async () => await sessions.commit(session, new Response()),
    TypeError,
    "Cannot commit the session: it is already committed",
  );
  assertEquals(store.writes.length, 1);
});

Deno.test("commit() sets one cookie besides those of the view", async () => {
  const visitor = new Visitor(cookieSessions());
  const { headers } = await visitor.visit((session) => {
    session.set("a", 1);
    return new Response(null, { headers: { "set-cookie": "theme=dark" } });
  });
  const names = headers.getSetCookie().map((line) => line.split("=")[0]);
  assertEquals(names, ["theme", "session"]);
});

Deno.test("commit() copies a response whose headers are immutable", async () => {
  const visitor = new Visitor(cookieSessions());
  const { status, headers } = await visitor.visit((session) => {
    session.set("a", 1);
    return Response.redirect("http://shop.example/cart", 303);
  });
  assertEquals([status, headers.get("location")], [303, "http://shop.example/cart"]);
  assertEquals(await visitor.read((session) => session.get("a")), 1);
});

Deno.test("commit() lets no cache keep a page that shows a flash message", async () => {
  const visitor = new Visitor(sessionsIn(new VersionedStore()));
  await visitor.visit((session) => void session.flash("Saved."));
  const show = async () => (await visitor.visit((session) => void session.takeFlash())).headers;
  assertEquals((await show()).get("cache-control"), "private, no-store");
  assertEquals((await show()).get("cache-control"), "private, no-cache");
});

Deno.test("commit() renews a session that was only read when that is due, not before", async () => {
  const { clock, renews, value } = await visitorAt({ idleTimeout: 400 });
  clock.advance(99);
  assertEquals(await renews(), false);
  clock.advance(1);
  assertEquals(await renews(), true);
  clock.advance(400);
  assertEquals(await value(), 1);
});

Deno.test("commit() renews whenever a session is read with renewAfter 0, if there is one", async () => {
  assertEquals(await (await visitorAt({ renewAfter: 0 })).renews(), true);
  const newcomer = new Visitor(cookieSessions({ renewAfter: 0 }));
  await newcomer.visit(read);
  assertEquals(newcomer.line, null);
});

Deno.test("commit() never renews a session that is only read with renewAfter null", async () => {
  const { clock, visitor, renews, value } = await visitorAt({ idleTimeout: 100, renewAfter: null });
  clock.advance(100);
  assertEquals(await renews(), false);
  await visitor.visit(setTo(2));
  clock.advance(100);
  assertEquals(await value(), 2);
});

Deno.test("commit() reseals what an older secret sealed when it is read, and does not prolong it", async () => {
  const options = { idleTimeout: 100, renewAfter: null };
  const { clock, visitor } = await visitorAt(options);
  const secrets = [generateSecret(), SECRET];
  const rotated = new Visitor(cookieSessions({ ...options, secrets, now: clock.now }));
  rotated.cookie = visitor.cookie;
  clock.advance(60);
  const lines: boolean[] = [];
  for (const use of [() => {}, read, read]) {
    await rotated.visit(use);
    lines.push(rotated.line !== null);
  }
  assertEquals(lines, [false, true, false]);
  clock.advance(41);
  assertEquals(await rotated.read((session) => session.get("a")), undefined);
});

Deno.test("commit() does not shorten a session when a clock is set back", async () => {
  const { clock, visitor } = await visitorAt({});
  const renewedAt = () => visitor.read((session) => session.renewedAt);
  const before = await renewedAt();
  clock.advance(-30);
  await visitor.visit(setTo(2));
  assertEquals(await renewedAt(), before);
});

Deno.test("commit() renews a session for its own request, not for another one", async () => {
  const { clock, sessions, visitor } = await visitorAt({ renewAfter: 0 });
  const born = new Date(clock.now());
  clock.advance(60);
  // The store gives both of them the same record.
  const one = await sessions.load(visitor.request());
  const other = await sessions.load(visitor.request());
  read(one);
  await sessions.commit(one, new Response());
  assertEquals([one.renewedAt, other.renewedAt], [new Date(clock.now()), born]);
});

Deno.test("commit() sets another cookie after regenerate(), and keeps the values", async () => {
  const { visitor, value } = await visitorAt({});
  const before = visitor.value;
  await visitor.visit((session) => session.regenerate());
  assert(visitor.value !== before);
  assertEquals(await value(), 1);
});

Deno.test("commit() gives a session of a server store a new id and ends the old one", async () => {
  const { store, visitor, id } = await visitorOf();
  await visitor.visit((session) => session.regenerate());
  assert(visitor.value !== id);
  assertEquals(store.rows.get(id)?.retired, true);
  assertEquals(store.record(visitor.value)?.data, { a: 1 });
});

Deno.test("commit() sets no cookie when a server store keeps the id", async () => {
  const { store, visitor, id } = await visitorOf();
  await visitor.visit(setTo(2));
  assertEquals([visitor.line, store.record(id)?.data], [null, { a: 2 }]);
});

Deno.test("commit() renews a cookie with Max-Age at every write", async () => {
  const { visitor } = await visitorOf({ cookie: { maxAge: 60 } });
  await visitor.visit(setTo(2));
  assert(visitor.line?.includes("; Max-Age=60"));
});

Deno.test("commit() removes a destroyed session from the browser and the store", async () => {
  const { store, visitor } = await visitorOf();
  await visitor.visit((session) => session.destroy());
  assertEquals(store.rows.size, 0);
  assertEquals(
    visitor.line,
    "session=; HttpOnly; Max-Age=0; SameSite=Lax; Path=/",
  );
});

Deno.test("commit() removes a cookie that opens nothing, when its session is destroyed", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => session.set("a", 1).destroy());
  assertEquals(visitor.line, null); // there is none
  visitor.cookie = "session=nonsense";
  await visitor.visit((session) => session.destroy());
  assert(visitor.line?.startsWith("session=; "));
});

Deno.test("commit() begins a new session where changes follow destroy()", async () => {
  const { store, visitor, id } = await visitorOf();
  await visitor.visit((session) => {
    session.regenerate();
    session.destroy();
    session.set("b", 2);
  });
  assert(visitor.value !== id);
  assertEquals([...store.rows.keys()], [visitor.value]);
  assertEquals(store.record(visitor.value)?.data, { b: 2 });
  assertEquals(store.writes.at(-1)?.regenerate, false);
});

Deno.test("commit() tells the store how long the record is of use", async () => {
  const clock = new TestClock();
  const options = { idleTimeout: 100, absoluteTimeout: 150, now: clock.now };
  const { store, visitor } = await visitorOf(options);
  clock.advance(90);
  await visitor.visit(setTo(2));
  assertEquals(store.writes.map(({ lifetime }) => lifetime), [101, 61]);
});

Deno.test("commit() labels sessions that have an owner, and only those", async () => {
  const store = Object.assign(new VersionedStore(), {
    owners: {
      handleOf: (value: string) => value,
      list: () => Promise.resolve([]),
      destroy: () => Promise.resolve(0),
      revoke: () => Promise.resolve(false),
    },
  });
  const visitor = new Visitor(sessionsIn(store));
  const visit = async (userAgent: string, use: (session: Session<Values>) => void) => {
    await visitor.visit(use, { headers: { "user-agent": userAgent } });
  };
  await visit("Browser/1.0", setTo(1));
  await visit("Browser/1.0", (session) => void session.setOwner("ada"));
  await visit("x".repeat(500), setTo(2));
  await visitor.visit(setTo(3));
  const named = new Visitor(sessionsIn(store, { label: ({ url }) => `from ${url}` }));
  await named.visit((session) => void session.setOwner("ada"));
  assertEquals(store.writes.map(({ label }) => label), [
    "",
    "Browser/1.0",
    "x".repeat(120),
    "",
    "from http://shop.example/",
  ]);
});

Deno.test("commit() refuses a cookie over 4096 bytes, naming the largest values", async () => {
  const { visitor } = await visitorAt({});
  const { cookie } = visitor;
  const error = await assertRejects(
    () =>
      visitor.visit((session) => {
        session.set("b", "x".repeat(500)).set("c", "y".repeat(3000)).set("d", [1, 2]).set("e", 1);
      }),
    SessionSizeError,
    "Cannot fit the session into its cookie: ",
  );
  assertEquals(error.report.limit, 4096);
  assert(error.report.bytes > 4096 && error.report.bytes < 5000);
  assertEquals(error.report.largest.map(({ key }) => key), ["c", "b", "d"]);
  assertEquals(visitor.cookie, cookie);
});

for (const url of ["http://shop.example/", "https://shop.example/"]) {
  Deno.test(`commit() counts a cookie's name, value and attributes, to the byte, for ${url}`, async () => {
    const visitor = new Visitor(cookieSessions(), url);
    const outcomes: { bytes: number; fits: boolean }[] = [];
    for (let size = 2930; size < 3050; size++) {
      const bytes: number = await visitor.visit((session) =>
        void session.set("a", "x".repeat(size))
      )
        .then(() => 0, ({ report }) => report.bytes);
      outcomes.push({ bytes: bytes || (visitor.line?.length ?? 0), fits: bytes === 0 });
    }
    assertEquals(outcomes.map(({ fits }) => fits), outcomes.map(({ bytes }) => bytes <= 4096));
    const nearest = outcomes.filter(({ bytes }) => bytes >= 4094 && bytes <= 4098);
    assertEquals(new Set(nearest.map(({ fits }) => fits)).size, 2);
  });
}
