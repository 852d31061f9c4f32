import {
  CookieStore,
  generateSecret,
  type RejectReason,
  Session,
  SessionConflictError,
  SessionLostError,
  type Sessions,
  SessionStoreError,
} from "@satchel/satchel";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import {
  cookieSessions,
  flashed,
  sessionsIn,
  setTo,
  type Values,
  VersionedStore,
} from "../support/sessions.ts";

const count = (session: Session<Values>): unknown => session.get("count");

function increment(session: Session<Values>): void {
  session.update("count", (count) => Number(count ?? 0) + 1);
}

/** A visitor of a new versioned store who has counted once. */
async function counted() {
  const store = new VersionedStore();
  const sessions = sessionsIn(store);
  const visitor = new Visitor(sessions);
  await visitor.visit(increment);
  return { store, sessions, visitor, record: () => store.record(visitor.value) };
}

Deno.test("Sessions.load() and handle() answer synchronously where nothing has to be awaited", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  assert(sessions.load(visitor.request()) instanceof Session);
  await visitor.visit(increment);
  assert(sessions.load(visitor.request()) instanceof Session); // its cookie is cached
  const response = sessions.handle(
    visitor.request(),
    (session) => new Response(`${count(session)}`),
  );
  assert(response instanceof Response);
  assertEquals([await response.text(), response.headers.get("vary")], ["1", "Cookie"]);
  const fail = () => {
    throw new Error("no");
  };
  assertThrows(() => sessions.handle(visitor.request(), fail), Error, "no");
});

/** A promise that another library made. */
function thenable<Value>(promise: Promise<Value>): Promise<Value> {
  return { then: promise.then.bind(promise) } as Promise<Value>;
}

Deno.test("Sessions.handle() waits for the promises of other libraries, and fails with them", async () => {
  const { store, sessions, visitor } = await counted();
  const load = store.load.bind(store);
  store.load = (value) => thenable(Promise.resolve(load(value)));
  const answer = (view: (session: Session<Values>) => Response | Promise<Response>) =>
    sessions.handle(visitor.request(), view);
  const page = await answer((session) => thenable(Promise.resolve(Response.json(count(session)))));
  assertEquals(await page.text(), "1");
  const rejected = answer(() => thenable(Promise.reject(new Error("no view"))));
  await assertRejects(async () => await rejected, Error, "no view");
  store.load = () => thenable(Promise.reject(new Error("no store")));
  let runs = 0;
  const failed = answer(() => Response.json(runs++)); // and does not throw
  await assertRejects(async () => await failed, Error, "no store");
  assertEquals(runs, 0);
});

for (const when of ["synchronously", "later"]) {
  Deno.test(`Sessions.handle() takes a Response that a view throws ${when} as its answer`, async () => {
    const { visitor } = await counted();
    const response = await visitor.visit((session) => {
      increment(session);
      const thrown = new Response("no", { status: 404 });
      if (when === "later") return Promise.reject(thrown);
      throw thrown;
    });
    assertEquals([response.status, await visitor.read(count)], [404, 2]);
  });
}

Deno.test("Sessions.handle() refuses a view that gives no Response", async () => {
  const view = (() => undefined) as unknown as () => Response;
  await assertRejects(
    async () => await cookieSessions().handle(new Request("http://shop.example/"), view),
    TypeError,
    "Cannot answer the request: its view gave no Response",
  );
});

Deno.test("Sessions.handle() remembers from one request to the next", async () => {
  const visitor = new Visitor(cookieSessions());
  for (const expected of [1, 2, 3]) {
    await visitor.visit(increment);
    assertEquals(await visitor.read(count), expected);
  }
});

Deno.test("Sessions.handle() gives no cookie to a request that touches nothing, and marks nothing", async () => {
  const { headers } = await new Visitor(cookieSessions()).visit(() => {});
  assertEquals([headers.getSetCookie(), headers.get("vary")], [[], null]);
});

Deno.test("Sessions.handle() gives no cookie to a request that only reads, but marks it private", async () => {
  const visitor = new Visitor(cookieSessions());
  for (const isNew of [true, false]) {
    const { headers } = await visitor.visit((session) => assertEquals(session.isNew, isNew));
    assertEquals([headers.getSetCookie(), headers.get("vary")], [[], "Cookie"]);
    assertEquals(headers.get("cache-control"), "private, no-cache"); // the back button asks again
    await visitor.visit(increment);
  }
});

Deno.test("Sessions.handle() saves nothing of a view that throws", async () => {
  for (const store of [new CookieStore({ secrets: [SECRET] }), new VersionedStore()]) {
    const visitor = new Visitor(sessionsIn(store));
    await visitor.visit(increment);
    const { cookie } = visitor;
    const view = (session: Session<Values>) => {
      increment(session);
      throw new Error("no");
    };
    await assertRejects(() => visitor.visit(view), Error, "no");
    assertEquals([visitor.cookie, await visitor.read(count)], [cookie, 1]);
  }
});

Deno.test("Sessions.handle() runs a safe view again on what another request stored", async () => {
  const { store, visitor, record } = await counted();
  for (const method of ["GET", "HEAD"]) {
    store.beforeSave = () => store.meddle(visitor.value, setTo("count", 10), setTo("other", true));
    const seen: unknown[] = [];
    const response = await visitor.visit((session) => {
      increment(session);
      seen.push(count(session));
      return new Response(`${count(session)}`);
    }, { method });
    assertEquals([seen.length, seen.at(-1), await response.text()], [2, 11, "11"]);
    assertEquals(record()?.data, { count: 11, other: true });
  }
});

Deno.test("Sessions.handle() applies an unsafe request's changes to what another request stored", async () => {
  const { store, visitor, record } = await counted();
  await visitor.visit((session) => void session.flash("one").flash("two"));
  store.beforeSave = () =>
    store.meddle(visitor.value, setTo("count", 10), setTo("theirs", true), flashed("one"));
  let runs = 0;
  await visitor.visit((session) => {
    runs++;
    increment(session);
    const messages = session.takeFlash();
    assertEquals(messages.map(({ message }) => message), ["one", "two"]);
    Object.assign(messages[0] ?? {}, { message: "changed" }); // the list is the view's own
    messages.length = 0;
    session.flash("done");
  }, { method: "POST" });
  assertEquals(runs, 1);
  assertEquals(record()?.data, { count: 11, theirs: true });
  assertEquals(record()?.flash.map(({ message }) => message), ["one", "done"]);
});

Deno.test("Sessions.commit() without a view applies the changes again, whatever the method", async () => {
  const { store, sessions, visitor, record } = await counted();
  const session = await sessions.load(visitor.request());
  increment(session);
  store.meddle(visitor.value, setTo("count", 41));
  await sessions.commit(session, new Response());
  assertEquals(record()?.data, { count: 42 });
});

/** Returns the answer to a request that counts; 409 in the place of the error for lost changes. */
async function answerTo(sessions: Sessions<Values>, request: Request): Promise<Response> {
  try {
    return await sessions.handle(request, (session) => {
      increment(session);
      session.flash("Hello");
      return new Response();
    });
  } catch (error) {
    if (!(error instanceof SessionLostError)) throw error;
    return new Response(null, { status: error.status });
  }
}

for (const method of ["GET", "POST"]) {
  const [status, cacheControl] = method === "GET" ? [200, "private, no-cache"] : [409, null];

  /** Asserts that a request was answered as one whose session is gone. */
  const assertLost = (answer: Response): void => {
    assertEquals([answer.status, answer.headers.getSetCookie()], [status, []]);
    assertEquals(answer.headers.get("cache-control"), cacheControl);
  };

  Deno.test(`Sessions.handle() resurrects nothing: logout wins over a ${method}`, async () => {
    const { store, sessions, visitor } = await counted();
    store.beforeSave = () => visitor.visit((session) => session.destroy()).then(() => {});
    assertLost(await answerTo(sessions, visitor.request({ method })));
    assertEquals([store.rows.size, visitor.cookie], [0, ""]);
  });

  Deno.test(`Sessions.handle() drops what a ${method} did while its session got a new id`, async () => {
    const { store, sessions, visitor } = await counted();
    store.beforeSave = () => visitor.visit((session) => session.regenerate()).then(() => {});
    assertLost(await answerTo(sessions, visitor.request({ method })));
    assertEquals(await visitor.read((session) => [count(session), session.peekFlash()]), [1, []]);
  });

  Deno.test(`Sessions.handle() lets a straggling ${method} change nothing and set no cookie`, async () => {
    const { store, sessions, visitor } = await counted();
    const headers = { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" };
    const straggler = visitor.request({ method, headers });
    const old = visitor.value;
    await visitor.visit((session) => session.regenerate());
    assertEquals(store.rows.get(old)?.retired, true);
    assertLost(await answerTo(sessions, straggler));
    assert((await sessions.load(straggler)).isNew);
    assertEquals([store.rows.size, await visitor.read(count)], [2, 1]);
  });
}

Deno.test("Sessions.handle() cancels the page that it replaces", async () => {
  const { store, visitor } = await counted();
  store.beforeSave = () => store.meddle(visitor.value, setTo("other", 1));
  const cancelled: number[] = [];
  let run = 0;
  const response = await visitor.visit((session) => {
    increment(session);
    const number = ++run;
    return new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(`${number}`));
          controller.close();
        },
        cancel() {
          cancelled.push(number);
          throw new Error("cannot be cancelled");
        },
      }, { highWaterMark: 0 }),
    );
  });
  assertEquals([cancelled, await response.text()], [[1], "2"]);
});

Deno.test("Sessions.handle() gives up with SessionConflictError after many lost races", async () => {
  const { store, visitor } = await counted();
  store.save = () => Promise.resolve(null);
  await assertRejects(() => visitor.visit(increment), SessionConflictError, "faster 64 times");
});

Deno.test("Sessions.handle() does not take a store that fails for a missing session", async () => {
  const { store, visitor } = await counted();
  const unplug = () => store.failure = new SessionStoreError("Cannot reach the store");
  unplug();
  await assertRejects(() => visitor.visit(() => {}), SessionStoreError);
  store.failure = null;
  const view = (session: Session<Values>) => {
    unplug();
    increment(session);
  };
  await assertRejects(() => visitor.visit(view), SessionStoreError);
  store.failure = null;
  assertEquals(await visitor.read(count), 1);
});

for (const cacheEntries of [0, 16]) {
  const how = cacheEntries > 0 ? "cached" : "just unsealed";
  for (
    const [seconds, reason, limits] of [
      [60, "expired", { idleTimeout: 60 }],
      [100, "expired", { absoluteTimeout: 100 }],
      [-60, "from the future", {}],
    ] as const
  ) {
    Deno.test(`Sessions reject a session ${how} as ${reason} after ${seconds} seconds, not before`, async () => {
      const clock = new TestClock();
      const rejected: RejectReason[] = [];
      const store = new CookieStore({ secrets: [generateSecret()], cacheEntries });
      const onReject = (reason: RejectReason) => rejected.push(reason);
      const options = { renewAfter: null, now: clock.now, onReject, ...limits };
      const visitor = new Visitor(sessionsIn(store, options));
      await visitor.visit(increment);
      assertEquals(store.load(visitor.value, "session") instanceof Promise, cacheEntries === 0);
      clock.advance(seconds);
      assertEquals([await visitor.read(count), rejected], [1, []]);
      clock.advance(Math.sign(seconds));
      assertEquals([await visitor.read(count), rejected], [undefined, [reason]]);
    });
  }
}

Deno.test("Sessions reject a session past its absolute timeout, however busy it is", async () => {
  const clock = new TestClock();
  const limits = { idleTimeout: 60, absoluteTimeout: 100 };
  const visitor = new Visitor(cookieSessions({ ...limits, now: clock.now }));
  for (const expected of [1, 2, 3]) {
    await visitor.visit(increment);
    assertEquals(await visitor.read(count), expected);
    clock.advance(expected === 3 ? 1 : 50);
  }
  assertEquals(await visitor.read(count), undefined);
});

const REASONS: [reason: RejectReason, change: (value: string) => string][] = [
  ["malformed", () => "hello"],
  ["malformed", (value) => value.slice(0, 20)],
  ["malformed", (value) => `"${value}"`],
  ["unknown key", (value) => `AQAAAAAA${value.slice(8)}`],
  ["forged", (value) => `${value.slice(0, 60)}${value[60] === "A" ? "B" : "A"}${value.slice(61)}`],
  ["forged", (value) => value.slice(0, value.length - value.length % 4 - 4)],
];

for (const [index, [reason, change]] of REASONS.entries()) {
  Deno.test(`SessionOptions.onReject gets the reason for cookie ${index + 1}: ${reason}`, async () => {
    const rejected: RejectReason[] = [];
    const visitor = new Visitor(cookieSessions({ onReject: (why) => rejected.push(why) }));
    await visitor.visit(increment);
    visitor.cookie = `session=${change(visitor.value)}`;
    assert(await visitor.read((session) => session.isNew));
    assertEquals(rejected, [reason]);
  });
}

Deno.test("SessionOptions.onReject is not called where no session cookie came", async () => {
  const rejected: RejectReason[] = [];
  const visitor = new Visitor(cookieSessions({ onReject: (why) => rejected.push(why) }));
  await visitor.visit(increment);
  for (const cookie of ["", "other=1", "session", "session=", "sessions=x"]) {
    visitor.cookie = cookie;
    assertEquals(await visitor.read(count), undefined);
  }
  assertEquals(rejected, []);
});

Deno.test("Sessions open what an older secret sealed, until that secret is gone", async () => {
  const newer = generateSecret();
  const visitor = new Visitor(cookieSessions());
  await visitor.visit(increment);
  const rotated = new Visitor(cookieSessions({ secrets: [newer, SECRET] }));
  rotated.cookie = visitor.cookie;
  assertEquals(await rotated.read(count), 1); // which seals it with the newer one
  const done = new Visitor(cookieSessions({ secrets: [newer] }));
  done.cookie = visitor.cookie;
  assert(await done.read((session) => session.isNew));
  done.cookie = rotated.cookie;
  assertEquals(await done.read(count), 1);
});

Deno.test("Sessions never show one visitor another's session", async () => {
  const sessions = sessionsIn(new VersionedStore());
  const cookies = await Promise.all(Array.from({ length: 50 }, async (_, index) => {
    const visitor = new Visitor(sessions);
    const response = await visitor.visit(async (session) => {
      session.set("number", index);
      await Promise.resolve();
      return new Response(`${session.get("number")}`);
    });
    assertEquals(await response.text(), `${index}`);
    return visitor.cookie;
  }));
  assertEquals(new Set(cookies).size, 50);
});

Deno.test("Sessions check their options when they are made", () => {
  assertThrows(() => cookieSessions({ idleTimeout: 0 }), RangeError);
  assertThrows(() => cookieSessions({ cookie: { name: "__Host-x" } }), RangeError);
  assertThrows(() => cookieSessions({ cookie: { sameSite: "None", secure: false } }), RangeError);
  assertThrows(() => cookieSessions({ secrets: [] }), RangeError);
});
