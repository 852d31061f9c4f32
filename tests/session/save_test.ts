import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { generateSecret, type Session, Sessions, SessionSizeError } from "../../src/session/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { Clock, cookieSessions, SECRET, sessionsIn, type Values, Visitor } from "./visitor.ts";
import { VersionedStore } from "./versioned_store.ts";

const touch = (session: Session<Values>): void => void session.get("anything");

Deno.test("commit() leaves the response of an untouched session alone", async () => {
  const sessions = cookieSessions();
  const session = await sessions.load(new Request("http://shop.example/"));
  const response = new Response("public", { headers: { "cache-control": "public, max-age=60" } });
  assertStrictEquals(await sessions.commit(session, response), response);
  assertEquals(response.headers.get("cache-control"), "public, max-age=60");
});

Deno.test("commit() writes a session once", async () => {
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

Deno.test("commit() sets one cookie beside those of the view", async () => {
  const visitor = new Visitor(cookieSessions());
  const { headers } = await visitor.visit((session) => {
    session.set("a", 1);
    return new Response(null, { headers: { "set-cookie": "theme=dark" } });
  });
  const [theme, session, ...others] = headers.getSetCookie();
  assertEquals([theme, session?.startsWith("session="), others], ["theme=dark", true, []]);
});

Deno.test("commit() copes with a response whose headers are immutable", async () => {
  const visitor = new Visitor(cookieSessions());
  const response = await visitor.visit((session) => {
    session.set("a", 1);
    return Response.redirect("http://shop.example/cart", 303);
  });
  assertEquals([response.status, response.headers.get("location")], [
    303,
    "http://shop.example/cart",
  ]);
  assertEquals(await visitor.read((session) => session.get("a")), 1);
});

Deno.test("commit() renews a session that was only read when that is due, not before", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ idleTimeout: 400, now: clock.now }));
  await visitor.visit((session) => void session.set("a", 1));
  clock.pass(99);
  await visitor.visit(touch);
  assertEquals(visitor.line, null);
  clock.pass(1);
  await visitor.visit(touch);
  assert(visitor.line !== null);
  clock.pass(400);
  assertEquals(await visitor.read((session) => session.get("a")), 1);
});

Deno.test("commit() never renews a session that was not touched", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ renewAfter: 0, now: clock.now }));
  await visitor.visit((session) => void session.set("a", 1));
  clock.pass(600);
  await visitor.visit(() => {});
  assertEquals(visitor.line, null);
});

Deno.test("commit() renews at every reading with renewAfter 0", async () => {
  const visitor = new Visitor(cookieSessions({ renewAfter: 0 }));
  await visitor.visit(touch);
  assertEquals(visitor.line, null); // there is nothing to renew yet
  await visitor.visit((session) => void session.set("a", 1));
  await visitor.visit(touch);
  assert(visitor.line !== null);
});

Deno.test("commit() never renews at reading with renewAfter null, but at every change", async () => {
  const clock = new Clock();
  const options = { idleTimeout: 100, renewAfter: null, now: clock.now };
  const visitor = new Visitor(cookieSessions(options));
  await visitor.visit((session) => void session.set("a", 1));
  clock.pass(100);
  await visitor.visit(touch);
  assertEquals(visitor.line, null);
  await visitor.visit((session) => void session.set("a", 2));
  clock.pass(100);
  assertEquals(await visitor.read((session) => session.get("a")), 2);
});

Deno.test("commit() seals anew at once what an older secret sealed", async () => {
  const visitor = new Visitor(cookieSessions({ secrets: [SECRET] }));
  await visitor.visit((session) => void session.set("a", 1));
  const rotated = new Visitor(cookieSessions({ secrets: [generateSecret(), SECRET] }));
  rotated.cookie = visitor.cookie;
  await rotated.visit(() => {});
  assertEquals(rotated.line, null);
  await rotated.visit(touch);
  assert(rotated.line !== null);
  await rotated.visit(touch);
  assertEquals(rotated.line, null);
});

Deno.test("commit() does not prolong a session by sealing it anew", async () => {
  const clock = new Clock();
  const options = { idleTimeout: 100, renewAfter: null, now: clock.now };
  const visitor = new Visitor(cookieSessions({ ...options, secrets: [SECRET] }));
  await visitor.visit((session) => void session.set("a", 1));
  const rotated = new Visitor(cookieSessions({ ...options, secrets: [generateSecret(), SECRET] }));
  rotated.cookie = visitor.cookie;
  clock.pass(60);
  await rotated.visit(touch);
  assert(rotated.line !== null);
  clock.pass(41);
  assertEquals(await rotated.read((session) => session.get("a")), undefined);
});

Deno.test("commit() does not let a clock set back shorten a session", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  await visitor.visit((session) => void session.set("a", 1));
  const renewed = await visitor.read((session) => session.renewedAt);
  clock.pass(-30);
  await visitor.visit((session) => void session.set("a", 2));
  assertEquals(await visitor.read((session) => session.renewedAt), renewed);
});

Deno.test("commit() renews a session for its own request, not for another that runs", async () => {
  const clock = new Clock();
  const sessions = cookieSessions({ renewAfter: 0, now: clock.now });
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("a", 1));
  const born = new Date(clock.ms);
  clock.pass(60);
  // The store gives both of them the same record.
  const [one, other] = [
    await sessions.load(visitor.request()),
    await sessions.load(visitor.request()),
  ];
  touch(one);
  await sessions.commit(one, new Response());
  assertEquals(one.renewedAt, new Date(clock.ms));
  assertEquals(other.renewedAt, born);
});

Deno.test("commit() keeps a cookie store's values over regenerate()", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("a", 1));
  const before = visitor.value;
  await visitor.visit((session) => session.regenerate());
  assert(visitor.value !== before);
  assertEquals(await visitor.read((session) => session.get("a")), 1);
});

Deno.test("commit() gives a session of a server store a new id and ends the old one", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("a", 1));
  const old = visitor.value;
  await visitor.visit((session) => session.regenerate());
  assert(visitor.value !== old);
  assertEquals(store.rows.get(old)?.retired, true);
  assertEquals(store.record(visitor.value)?.data, { a: 1 });
});

Deno.test("commit() sets no cookie when a server store keeps the id", async () => {
  const visitor = new Visitor(sessionsIn(new VersionedStore()));
  await visitor.visit((session) => void session.set("a", 1));
  await visitor.visit((session) => void session.set("a", 2));
  assertEquals(visitor.line, null);
  assertEquals(await visitor.read((session) => session.get("a")), 2);
});

Deno.test("commit() renews a cookie that browsers keep for a time with every write", async () => {
  const visitor = new Visitor(sessionsIn(new VersionedStore(), { cookie: { maxAge: 60 } }));
  await visitor.visit((session) => void session.set("a", 1));
  await visitor.visit((session) => void session.set("a", 2));
  assert(visitor.line?.includes("; Max-Age=60"));
});

Deno.test("commit() takes a destroyed session's cookie away and ends it in the store", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("a", 1));
  await visitor.visit((session) => session.destroy());
  assertEquals(store.rows.size, 0);
  assertEquals(
    visitor.line,
    "session=; HttpOnly; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax; Path=/",
  );
});

Deno.test("commit() sets no cookie for destroying what never was", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.set("a", 1);
    session.destroy();
  });
  assertEquals(visitor.line, null);
});

Deno.test("commit() takes a cookie away that opens nothing, when its session is destroyed", async () => {
  const visitor = new Visitor(cookieSessions());
  visitor.cookie = "session=nonsense";
  await visitor.visit((session) => session.destroy());
  assert(visitor.line?.startsWith("session=; "));
});

Deno.test("commit() begins a new session where changes follow destroy()", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("a", 1).flash("Hello"));
  const old = visitor.value;
  await visitor.visit((session) => {
    session.regenerate();
    session.destroy();
    session.set("b", 2);
  });
  assert(visitor.value !== old);
  assertEquals([...store.rows.keys()], [visitor.value]);
  assertEquals(store.record(visitor.value)?.data, { b: 2 });
  assertEquals(store.writes.at(-1)?.regenerate, false);
});

Deno.test("commit() tells the store how long the record is of use", async () => {
  const store = new VersionedStore();
  const clock = new Clock();
  const options = { idleTimeout: 100, absoluteTimeout: 150, now: clock.now };
  const visitor = new Visitor(sessionsIn(store, options));
  await visitor.visit((session) => void session.set("a", 1));
  clock.pass(90);
  await visitor.visit((session) => void session.set("a", 2));
  assertEquals(store.writes.map(({ lifetime }) => lifetime), [101, 61]);
});

Deno.test("commit() labels sessions that have an owner, and only those", async () => {
  const store = Object.assign(new VersionedStore(), {
    owners: {
      handleOf: (value: string) => value,
      list: () => Promise.resolve([]),
      destroy: () => Promise.resolve(0),
    },
  });
  const headers = { "user-agent": "Browser/1.0" };
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("a", 1), { headers });
  await visitor.visit((session) => void session.setOwner("ada"), { headers });
  await visitor.visit((session) => void session.set("a", 2));
  const long = { "user-agent": "x".repeat(500) };
  await visitor.visit((session) => void session.set("a", 3), { headers: long });
  const named = new Visitor(sessionsIn(store, { label: ({ url }) => `from ${url}` }));
  await named.visit((session) => void session.setOwner("ada"));
  assertEquals(store.writes.map(({ label }) => label), [
    "",
    "Browser/1.0",
    "",
    "x".repeat(120),
    "from http://shop.example/",
  ]);
});

Deno.test("commit() refuses a cookie over 4096 bytes, naming the largest values", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("small", 1));
  const { cookie } = visitor;
  const error = await assertRejects(
    () =>
      visitor.visit((session) => {
        session.set("a", "x".repeat(500)).set("b", "y".repeat(3000)).set("c", [1]).set("d", "z");
      }),
    SessionSizeError,
    "Cannot fit the session into its cookie: ",
  );
  assertEquals(error.report.limit, 4096);
  assert(error.report.bytes > 4096 && error.report.bytes < 5000);
  assertEquals(error.report.largest.map(({ key }) => key), ["b", "a", "small"]);
  assertEquals(visitor.cookie, cookie);
});

Deno.test("commit() counts name, value and attributes, to the byte", async () => {
  for (const url of ["http://shop.example/", "https://shop.example/"]) {
    const visitor = new Visitor(cookieSessions({ now: new Clock().now }), url);
    let fits = 2900;
    const lengthOf = async (size: number): Promise<number> => {
      await visitor.visit((session) => void session.set("a", "x".repeat(size)));
      return visitor.line?.length ?? 0;
    };
    while (await lengthOf(fits) < 4094) fits++;
    for (; fits < 3100; fits++) {
      const over: number | null = await lengthOf(fits).then(
        () => null,
        ({ report }) => report.bytes,
      );
      if (over === null) continue;
      assert(over > 4096 && over <= 4098);
      break;
    }
    assert((visitor.line?.length ?? 0) >= 4094 && (visitor.line?.length ?? 0) <= 4096);
  }
});

Deno.test("commit() refuses a session far beyond any cookie just the same", async () => {
  const visitor = new Visitor(cookieSessions());
  const error = await assertRejects(
    () => visitor.visit((session) => void session.set("film", "x".repeat(1_000_000))),
    SessionSizeError,
  );
  assertEquals(error.report.largest, [{ key: "film", bytes: 1_000_010 }]);
  assert(error.report.bytes > 1_000_000);
});

Deno.test("commit() lets no cache keep a page that shows a flash message", async () => {
  const sessions = new Sessions<{ counter: number }>({ store: new MemoryStore() });
  const first = await sessions.handle(new Request("http://localhost/"), (session) => {
    session.flash("Saved.");
    return new Response();
  });
  const [cookie = ""] = first.headers.getSetCookie();
  const show = () =>
    sessions.handle(new Request("http://localhost/", { headers: { cookie } }), (session) => {
      return new Response(session.takeFlash().map(({ message }) => message).join());
    });
  const shown = await show();
  assertEquals(await shown.text(), "Saved.");
  assertEquals(shown.headers.get("cache-control"), "private, no-store");
  assertEquals((await show()).headers.get("cache-control"), "private, no-cache");
});
