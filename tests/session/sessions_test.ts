import { listSessions, revokeSessions } from "../../src/stores/server.ts";
import { ChangeTrace, inspect } from "../../src/inspector/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CookieStore,
  generateSecret,
  type RejectReason,
  Session,
  SessionConflictError,
  SessionLostError,
  Sessions,
  SessionStoreError,
} from "../../src/session/mod.ts";
import { stateOf } from "../../src/session/session.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { Clock, cookieSessions, SECRET, sessionsIn, Visitor } from "./visitor.ts";
import { flashed, setTo, VersionedStore } from "./versioned_store.ts";

function increment(session: Session): void {
  session.update("counter", (count) => Number(count ?? 0) + 1);
}

Deno.test("Sessions.load() answers at once where nothing has to be waited for", async () => {
  const sessions = cookieSessions();
  const first = sessions.load(new Request("http://shop.example/"));
  assert(first instanceof Session);
  first.set("a", 1);
  const response = await sessions.commit(first, new Response());
  const cookie = response.headers.getSetCookie()[0]?.replace(/;.*/, "") ?? "";
  const again = sessions.load(new Request("http://shop.example/", { headers: { cookie } }));
  assert(again instanceof Session); // what was sealed here is remembered
  assertEquals(again.get("a"), 1);
});

Deno.test("Sessions.handle() answers at once where nothing has to be waited for", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  const view = (session: Session) => new Response(String(session.get("counter")));
  const response = sessions.handle(visitor.request(), view);
  assert(response instanceof Response);
  assertEquals([await response.text(), response.headers.get("vary")], ["1", "Cookie"]);
  const fail = () => {
    throw new Error("no");
  };
  assertThrows(() => sessions.handle(visitor.request(), fail), Error, "no");
  const later = sessions.handle(visitor.request(), (session) => Promise.resolve(view(session)));
  assert(later instanceof Promise);
  assertEquals(await (await later).text(), "1");
});

Deno.test("Sessions.handle() remembers from one request to the next", async () => {
  const visitor = new Visitor(cookieSessions());
  for (const count of [1, 2, 3]) {
    await visitor.visit(increment);
    assertEquals(await visitor.read((session) => session.get("counter")), count);
  }
});

Deno.test("Sessions.handle() gives no cookie to a request that touches nothing", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ renewAfter: 0, now: clock.now }));
  const untouched = await visitor.visit(() => {});
  assertEquals([...untouched.headers], [["content-type", "text/plain;charset=UTF-8"]]);
  await visitor.visit(increment);
  clock.pass(1000);
  const later = await visitor.visit(() => {});
  assertEquals([...later.headers], [["content-type", "text/plain;charset=UTF-8"]]);
});

Deno.test("Sessions.handle() gives no cookie to a request that only reads", async () => {
  const visitor = new Visitor(cookieSessions());
  const first = await visitor.visit((session) => void session.get("counter"));
  assertEquals(first.headers.getSetCookie(), []);
  await visitor.visit(increment);
  const second = await visitor.visit((session) => void session.get("counter"));
  assertEquals(second.headers.getSetCookie(), []);
  assertEquals(second.headers.get("vary"), "Cookie");
});

Deno.test("Sessions.handle() commits nothing of a view that throws", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit(increment);
  const { cookie } = visitor;
  await assertRejects(
    () =>
      visitor.visit((session) => {
        increment(session);
        throw new Error("no");
      }),
    Error,
    "no",
  );
  assertEquals(visitor.cookie, cookie);
  assertEquals(await visitor.read((session) => session.get("counter")), 1);
});

Deno.test("Sessions.handle() commits nothing to a store when the view throws", async () => {
  const store = new VersionedStore();
  const view = (session: Session) => {
    session.set("a", 1);
    throw new Error("no");
  };
  const request = new Request("http://shop.example/");
  await assertRejects(async () => await sessionsIn(store).handle(request, view), Error, "no");
  assertEquals(store.writes.length, 0);
});

Deno.test("Sessions.handle() runs a safe view again on what another request stored", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit(increment);
  for (const method of ["GET", "HEAD"]) {
    store.beforeSave = () =>
      store.meddle(visitor.value, setTo("counter", 10), setTo("other", true));
    const seen: unknown[] = [];
    const response = await visitor.visit((session) => {
      increment(session);
      seen.push(session.get("counter"));
      return new Response(String(session.get("counter")));
    }, { method });
    assertEquals(seen.at(-1), 11);
    assertEquals(seen.length, 2);
    assertEquals(await response.text(), "11");
    assertEquals(store.record(visitor.value)?.data, { counter: 11, other: true });
  }
});

Deno.test("Sessions.handle() applies an unsafe request's changes again, and runs its view once", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.set("counter", 1).flash("old"));
  store.beforeSave = () =>
    store.meddle(
      visitor.value,
      setTo("counter", 10),
      setTo("theirs", true),
      flashed("new", "info"),
    );
  let runs = 0;
  await visitor.visit((session) => {
    runs++;
    increment(session);
    session.set("mine", true);
    assertEquals(session.takeFlash().map(({ message }) => message), ["old"]);
    session.flash("done");
  }, { method: "POST" });
  assertEquals(runs, 1);
  const record = store.record(visitor.value);
  assertEquals(record?.data, { counter: 11, theirs: true, mine: true });
  assertEquals(record?.flash.map(({ message }) => message), ["new", "done"]);
});

Deno.test("Sessions.handle() takes what was shown out of a newer session, though the view used it up", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit((session) => void session.flash("one").flash("two"));
  store.beforeSave = () => store.meddle(visitor.value, setTo("theirs", true));
  await visitor.visit((session) => {
    const messages = session.takeFlash();
    Object.assign(messages[0] ?? {}, { message: "changed" });
    while (messages.length > 0) messages.shift();
  }, { method: "POST" });
  assertEquals(store.record(visitor.value)?.flash, []);
  assertEquals(store.record(visitor.value)?.data, { theirs: true });
});

Deno.test("Sessions.commit() applies the changes again, whatever the method", async () => {
  const store = new VersionedStore();
  const sessions = sessionsIn(store);
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  const session = await sessions.load(visitor.request());
  increment(session);
  store.meddle(visitor.value, setTo("counter", 41));
  await sessions.commit(session, new Response());
  assertEquals(store.record(visitor.value)?.data, { counter: 42 });
});

/** An answer, and 409 in the place of the error for changes that were lost. */
async function answer(ask: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SessionLostError)) throw error;
    return new Response(null, { status: error.status });
  }
}

for (const method of ["GET", "POST"]) {
  Deno.test(`Sessions.handle() resurrects nothing: logout wins over a ${method}`, async () => {
    const store = new VersionedStore();
    const visitor = new Visitor(sessionsIn(store));
    await visitor.visit(increment);
    const { cookie } = visitor;
    store.beforeSave = () => store.destroy(visitor.value);
    const { status, headers } = await answer(() => visitor.visit(increment, { method }));
    assertEquals([status, headers.getSetCookie()], [method === "GET" ? 200 : 409, []]);
    assertEquals(store.rows.size, 0);
    assertEquals(visitor.cookie, cookie);
  });

  Deno.test(`Sessions.handle() lets a straggling ${method} change nothing and set no cookie`, async () => {
    const store = new VersionedStore();
    const visitor = new Visitor(sessionsIn(store));
    await visitor.visit(increment);
    const straggler = visitor.request({ method });
    const old = visitor.value;
    await visitor.visit((session) => session.regenerate());
    assertEquals(store.rows.get(old)?.retired, true);
    const response = await answer(() =>
      sessionsIn(store).handle(straggler, (session) => {
        assert(session.isNew);
        increment(session);
        session.flash("Hello");
        return new Response();
      })
    );
    assertEquals(response.headers.getSetCookie(), []);
    const safe = method === "GET";
    assertEquals(response.status, safe ? 200 : 409);
    assertEquals(response.headers.get("cache-control"), safe ? "private, no-cache" : null);
    assertEquals(store.rows.size, 2);
    assertEquals(await visitor.read((session) => session.get("counter")), 1);
  });

  Deno.test(`Sessions.handle() drops what a ${method} did while its session got a new id`, async () => {
    const store = new VersionedStore();
    const sessions = sessionsIn(store);
    const visitor = new Visitor(sessions);
    await visitor.visit(increment);
    const late = visitor.request({ method });
    store.beforeSave = () => visitor.visit((session) => session.regenerate()).then(() => {});
    const response = await answer(() =>
      sessions.handle(late, (session) => {
        increment(session);
        return new Response();
      })
    );
    assertEquals(response.status, method === "GET" ? 200 : 409);
    assertEquals(response.headers.getSetCookie(), []);
    assertEquals(await visitor.read((session) => session.get("counter")), 1);
  });
}

Deno.test("Sessions.handle() cancels the page that it makes anew", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit(increment);
  store.beforeSave = () => store.meddle(visitor.value, setTo("a", 1));
  const cancelled: number[] = [];
  let run = 0;
  const response = await visitor.visit((session) => {
    increment(session);
    const number = ++run;
    return new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(String(number)));
          controller.close();
        },
        cancel() {
          cancelled.push(number);
          throw new Error("a source that does not like to be cancelled");
        },
      }, { highWaterMark: 0 }),
    );
  });
  assertEquals(cancelled, [1]);
  assertEquals(await response.text(), "2");
});

Deno.test("Sessions.handle() gives up with SessionConflictError after many lost races", async () => {
  class BusyStore extends VersionedStore {
    override save(): Promise<string | null> {
      return Promise.resolve(null);
    }
  }
  const store = new BusyStore();
  store.rows.set("id", { text: "[1767225600,0,{}]", version: 1 });
  const sessions = sessionsIn(store, { now: new Clock().now });
  const request = new Request("http://shop.example/", { headers: { cookie: "session=id" } });
  const view = (session: Session) => {
    increment(session);
    return new Response();
  };
  await assertRejects(
    async () => await sessions.handle(request, view),
    SessionConflictError,
    "Cannot write the session: other requests were faster",
  );
});

Deno.test("Sessions passes on that the store fails, and takes it for no missing session", async () => {
  const store = new VersionedStore();
  const visitor = new Visitor(sessionsIn(store));
  await visitor.visit(increment);
  store.failure = new SessionStoreError("Cannot reach the store: it is unplugged");
  await assertRejects(() => visitor.visit(() => {}), SessionStoreError);
  store.failure = null;
  await assertRejects(
    () =>
      visitor.visit((session) => {
        store.failure = new SessionStoreError("Cannot reach the store: it is unplugged");
        increment(session);
      }),
    SessionStoreError,
  );
  store.failure = null;
  assertEquals(await visitor.read((session) => session.get("counter")), 1);
});

Deno.test("Sessions refuses a session as old as its idle limit and a second, not sooner", async () => {
  const clock = new Clock();
  const refused: RejectReason[] = [];
  const visitor = new Visitor(
    cookieSessions({
      idleTimeout: 60,
      renewAfter: null,
      now: clock.now,
      onReject: (reason) => refused.push(reason),
    }),
  );
  await visitor.visit(increment);
  clock.pass(60);
  assertEquals(await visitor.read((session) => session.get("counter")), 1);
  clock.pass(1);
  assertEquals(await visitor.read((session) => session.get("counter")), undefined);
  assertEquals(refused, ["expired"]);
});

Deno.test("Sessions refuses a session past its absolute limit, however busy it is", async () => {
  const clock = new Clock();
  const visitor = new Visitor(
    cookieSessions({ idleTimeout: 60, absoluteTimeout: 100, now: clock.now }),
  );
  await visitor.visit(increment);
  clock.pass(50);
  await visitor.visit(increment);
  clock.pass(50);
  assertEquals(await visitor.read((session) => session.get("counter")), 2);
  await visitor.visit(increment);
  clock.pass(1);
  assertEquals(await visitor.read((session) => session.get("counter")), undefined);
});

Deno.test("Sessions refuses a session from the future by more than a minute", async () => {
  const clock = new Clock();
  const refused: RejectReason[] = [];
  const onReject = (reason: RejectReason) => refused.push(reason);
  const visitor = new Visitor(cookieSessions({ now: clock.now, onReject }));
  await visitor.visit(increment);
  clock.pass(-60);
  assertEquals(await visitor.read((session) => session.get("counter")), 1);
  clock.pass(-1);
  assertEquals(await visitor.read((session) => session.get("counter")), undefined);
  assertEquals(refused, ["from the future"]);
});

for (const cacheEntries of [0, 16]) {
  const remembered = cacheEntries > 0 ? "remembered" : "just unsealed";
  Deno.test(`Sessions checks all its limits at every request, the session ${remembered}`, async () => {
    for (
      const [seconds, reason] of [[101, "expired"], [-61, "from the future"], [
        61,
        "expired",
      ]] as const
    ) {
      const clock = new Clock();
      const refused: RejectReason[] = [];
      const store = new CookieStore({ secrets: [generateSecret()], cacheEntries });
      const visitor = new Visitor(sessionsIn(store, {
        idleTimeout: seconds === 61 ? 60 : 1000,
        absoluteTimeout: 100,
        now: clock.now,
        onReject: (why) => refused.push(why),
      }));
      await visitor.visit(increment);
      assertEquals(store.load(visitor.value, "session") instanceof Promise, cacheEntries === 0);
      assertEquals(await visitor.read((session) => session.get("counter")), 1);
      clock.pass(seconds);
      assertEquals(await visitor.read((session) => session.get("counter")), undefined);
      assertEquals(refused, [reason]);
    }
  });
}

// Shows that the browser's HTTP cache has to ask the server. What else a browser may keep of a page
// (the back/forward cache) is not shown here.
Deno.test("Sessions.handle() has a page that read its session asked for again by the back button", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit(increment);
  const page = await visitor.visit((session) => new Response(String(session.get("counter"))));
  assert(/\b(no-cache|no-store)\b/.test(page.headers.get("cache-control") ?? ""));
});

const REASONS: [reason: RejectReason, change: (value: string) => string][] = [
  ["malformed", () => "hello"],
  ["malformed", (value) => value.slice(0, 20)],
  ["malformed", (value) => `"${value}"`],
  ["unknown key", (value) => `AQAAAAAA${value.slice(8)}`],
  ["forged", (value) => `${value.slice(0, 60)}${value[60] === "A" ? "B" : "A"}${value.slice(61)}`],
  ["forged", (value) => value.slice(0, value.length - value.length % 4 - 4)],
];

for (const [reason, change] of REASONS) {
  Deno.test(`Sessions tells why a cookie is refused: ${reason}`, async () => {
    const refused: RejectReason[] = [];
    const visitor = new Visitor(cookieSessions({ onReject: (why) => refused.push(why) }));
    await visitor.visit(increment);
    visitor.cookie = `session=${change(visitor.value)}`;
    assert(await visitor.read((session) => session.isNew));
    assertEquals(refused, [reason]);
  });
}

Deno.test("Sessions tells of no refusal where no cookie came", async () => {
  const refused: RejectReason[] = [];
  const visitor = new Visitor(cookieSessions({ onReject: (why) => refused.push(why) }));
  await visitor.visit(increment);
  for (const cookie of ["", "other=1", "session", "session=", "sessions=x"]) {
    visitor.cookie = cookie;
    await visitor.visit((session) => void session.get("a"));
  }
  assertEquals(refused, []);
});

Deno.test("Sessions reads the cookie of the connection: an https one is not read over http", async () => {
  const sessions = cookieSessions();
  const secure = new Visitor(sessions, "https://shop.example/");
  await secure.visit(increment);
  assert(secure.cookie.startsWith("__Host-session="));
  const plain = new Visitor(sessions);
  plain.cookie = secure.cookie;
  assert(await plain.read((session) => session.isNew));
  plain.cookie = `session=${secure.value}`; // the seal holds under its own name only
  assert(await plain.read((session) => session.isNew));
});

Deno.test("Sessions believes a proxy about https only when told to", async () => {
  const headers = { "x-forwarded-proto": "https" };
  for (const trustProxy of [false, true]) {
    const visitor = new Visitor(cookieSessions({ trustProxy }));
    await visitor.visit(increment, { headers });
    assertEquals(visitor.line?.includes("; Secure"), trustProxy);
    assertEquals(visitor.cookie.startsWith("__Host-"), trustProxy);
  }
});

Deno.test("Sessions serves http and https side by side, with a cookie of its own each", async () => {
  const sessions = cookieSessions();
  const plain = new Visitor(sessions);
  await plain.visit(increment);
  const secure = new Visitor(sessions, "https://shop.example/");
  secure.cookie = plain.cookie;
  assert(await secure.read((session) => session.isNew));
});

Deno.test("Sessions keeps to https where the application says so", async () => {
  const visitor = new Visitor(cookieSessions({ cookie: { secure: true } }));
  await visitor.visit(increment);
  assert(visitor.cookie.startsWith("__Host-session="));
  assertEquals(await visitor.read((session) => session.get("counter")), 1);
});

Deno.test("inspect() counts as reading", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  const { headers } = await visitor.visit((session) => void inspect(session));
  assertEquals(headers.get("cache-control"), "private, no-cache");
});

Deno.test("inspect() tells the last changes to the visitor who made them", async () => {
  const sessions = cookieSessions({ trace: new ChangeTrace() });
  const visitor = new Visitor(sessions);
  const lastChanges = () => visitor.read((session) => inspect(session).lastChanges);
  assertEquals(await lastChanges(), []);
  await visitor.visit((session) => void session.set("name", "ada").flash("Hello"));
  assertEquals(await lastChanges(), ["set name", "flash info"]);
  assertEquals(await lastChanges(), ["set name", "flash info"]);
  await visitor.visit((session) => session.regenerate());
  assertEquals(await lastChanges(), ["regenerate"]);
});

Deno.test("Sessions refuses owners where the store keeps none", async () => {
  const message = "Cannot find an account's sessions: the cookie store keeps no owners";
  const sessions = cookieSessions();
  await assertRejects(() => listSessions(sessions, "ada"), TypeError, message);
  await assertRejects(() => revokeSessions(sessions, "ada"), TypeError, message);
});

Deno.test("listSessions() passes the page on and marks the current session", async () => {
  const store = Object.assign(new VersionedStore(), {
    asked: [] as unknown[],
    destroyed: [] as unknown[],
    owners: {
      handleOf: (value: string, cookieName: string) => `${cookieName} ${value}`,
      list(owner: string, page: unknown) {
        store.asked.push([owner, page]);
        return Promise.resolve([3, 1, 2].map((number) => ({
          handle: `session id-${number}`,
          createdAt: new Date(0),
          renewedAt: new Date(number * 1000),
          label: owner,
        })));
      },
      destroy(owner: string, except: string | null) {
        store.destroyed.push([owner, except]);
        return Promise.resolve(2);
      },
    },
  });
  const sessions = sessionsIn(store);
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  const current = await sessions.load(visitor.request());
  const owned = await listSessions(sessions, "ada", { current });
  assertEquals(owned.map(({ handle }) => handle), [3, 1, 2].map((id) => `session id-${id}`));
  assertEquals(owned.map((session) => session.current), [false, true, false]);
  const second = await listSessions(sessions, "ada", { limit: 3, before: "x" });
  assertEquals(second.some((session) => session.current), false);
  assertEquals(store.asked, [
    ["ada", { limit: 100, before: null }],
    ["ada", { limit: 3, before: "x" }],
  ]);
  const blank = await sessions.load(new Request("http://shop.example/"));
  assertEquals((await listSessions(sessions, "ada", { current: blank })).length, 3);

  assertEquals(await revokeSessions(sessions, "ada", { except: current }), 2);
  assertEquals(await revokeSessions(sessions, "ada"), 2);
  assertEquals(store.destroyed, [["ada", "session id-1"], ["ada", null]]);
});

Deno.test("listSessions() refuses a limit that is not a whole number from 1 to 1000", async () => {
  const sessions = new Sessions({ store: new MemoryStore() });
  for (const limit of [0, -1, 1001, 1.5, NaN, Infinity]) {
    await assertRejects(
      () => listSessions(sessions, "ada", { limit }),
      RangeError,
      `Cannot list ${limit} sessions: a whole number from 1 to 1000 is needed`,
    );
  }
  for (const limit of [1, 1000]) assertEquals(await listSessions(sessions, "ada", { limit }), []);
});

Deno.test("Sessions checks its options when it is made", () => {
  assertThrows(() => cookieSessions({ idleTimeout: 0 }), RangeError);
  assertThrows(() => cookieSessions({ cookie: { name: "__Host-x" } }), RangeError);
  assertThrows(() => cookieSessions({ cookie: { sameSite: "None", secure: false } }), RangeError);
  assertThrows(() => cookieSessions({ secrets: [] }), RangeError);
});

Deno.test("Sessions opens what an older secret sealed, and refuses it once that is gone", async () => {
  const [older, newer] = [SECRET, generateSecret()];
  const visitor = new Visitor(cookieSessions({ secrets: [older] }));
  await visitor.visit(increment);
  const rotated = new Visitor(cookieSessions({ secrets: [newer, older] }));
  rotated.cookie = visitor.cookie;
  assertEquals(await rotated.read((session) => session.get("counter")), 1);
  const done = new Visitor(cookieSessions({ secrets: [newer] }));
  done.cookie = visitor.cookie;
  assert(await done.read((session) => session.isNew));
  done.cookie = rotated.cookie;
  assertEquals(await done.read((session) => session.get("counter")), 1);
});

Deno.test("Sessions never shows one visitor what is another's", async () => {
  const sessions = new Sessions<Record<string, number>>({
    store: new VersionedStore(),
  });
  const visits = Array.from({ length: 50 }, async (_, index) => {
    const request = new Request("http://shop.example/");
    const response = await sessions.handle(request, async (session) => {
      session.set("number", index);
      await Promise.resolve();
      return new Response(String(session.get("number")));
    });
    assertEquals(await response.text(), String(index));
    return response.headers.getSetCookie()[0];
  });
  assertEquals(new Set(await Promise.all(visits)).size, 50);
});

Deno.test("Sessions keeps the state of a session to itself", async () => {
  const session = await cookieSessions().load(new Request("http://shop.example/"));
  assertEquals(Object.keys(session), []);
  assertEquals(JSON.stringify(session), "{}");
  assertEquals(stateOf(session).accessed, false);
});
