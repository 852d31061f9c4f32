import type { Session, SessionTrace } from "@satchel/satchel";
import { csrfToken, hasCsrfToken, renewCsrfToken } from "@satchel/satchel/web";
import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { cookieSessions, sessionsIn, type Values, VersionedStore } from "../support/sessions.ts";

const REQUEST = new Request("http://shop.example/");

async function blank(): Promise<Session<Values>> {
  return await cookieSessions().load(REQUEST);
}

/** The names of the changes that a view makes, in order. */
async function changesOf(use: (session: Session<Values>) => unknown): Promise<string[]> {
  const names: string[] = [];
  const trace: SessionTrace = {
    set: (_, changes) =>
      names.push(...changes.map(({ kind, key = "" }) => `${kind} ${key}`.trim())),
  };
  await new Visitor(cookieSessions({ trace })).visit((session) => void use(session));
  return names;
}

class OwningStore extends VersionedStore {
  readonly owners = {
    handleOf: (value: string) => value,
    list: () => Promise.resolve([]),
    destroy: () => Promise.resolve(0),
    revoke: () => Promise.resolve(false),
  };
}

Deno.test("Session answers like a Map", async () => {
  const session = await blank();
  assertEquals([session.size, session.has("a"), session.get("a")], [0, false, undefined]);
  assertStrictEquals(session.set("b", [1]).set("a", null), session);
  assertEquals([session.size, session.has("a"), session.get("a")], [2, true, null]);
  assertEquals([...session.keys()], ["b", "a"]);
  assertEquals([...session.entries()], [["b", [1]], ["a", null]]);
  assert(session.delete("b"));
  assertFalse(session.delete("b"));
  session.clear();
  assertEquals(session.size, 0);
});

Deno.test("Session keeps its state to itself", async () => {
  const session = (await blank()).set("name", "ada");
  assertEquals([Object.keys(session), JSON.stringify(session)], [[], "{}"]);
});

Deno.test("Session.keys() gives whole numbers first, in this request and in later ones", async () => {
  const keys = ["2", "10", "b", "-1", "a"];
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.set("b", 1).set("10", 1).set("-1", 1).set("a", 1).set("2", 1).set("b", 2);
    assertEquals([...session.keys()], keys);
    assertEquals([...session.entries()].map(([key]) => key), keys);
  });
  const later = await cookieSessions().load(visitor.request());
  assertEquals([...later.keys()], keys);
});

Deno.test("Session finds nothing under a name that every object inherits", async () => {
  const session = await blank();
  for (const name of ["constructor", "toString", "__proto__"]) {
    assertEquals([session.has(name), session.get(name)], [false, undefined], name);
    assertFalse(session.delete(name), name);
    session.update(name, (value) => value === undefined ? "own" : "inherited");
    assertEquals([session.has(name), session.get(name)], [true, "own"], name);
  }
  session.set("__proto__", { admin: true }).delete("toString");
  assertEquals([...session.keys()], ["constructor", "__proto__"]);
  assertStrictEquals(session.get("admin"), undefined);
});

Deno.test("Session hands out values that cannot be changed in place", async () => {
  const assertFrozen = (cart: unknown): void => {
    const items = cart as { tags: string[] }[];
    assertThrows(() => items.push({ tags: [] }), TypeError);
    assertThrows(() => items[0]?.tags.push("cold"), TypeError);
    assertThrows(() => Object.assign(items[0] ?? {}, { tags: [] }), TypeError);
  };
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.set("cart", [{ tags: ["hot"] }]);
    assertFrozen(session.get("cart"));
  });
  const sessions = cookieSessions(); // these read the values from the cookie
  assertFrozen((await sessions.load(visitor.request())).get("cart"));
  for (const [, cart] of (await sessions.load(visitor.request())).entries()) assertFrozen(cart);
  (await sessions.load(visitor.request())).update("cart", (cart = null) => {
    assertFrozen(cart);
    return cart;
  });
});

Deno.test("Session.set() keeps a copy of its own", async () => {
  const session = await blank();
  const cart = ["tea"];
  session.set("cart", cart);
  cart.push("cake");
  assertEquals(session.get("cart"), ["tea"]);
});

Deno.test("Session.set() and update() refuse what is not JSON and change nothing then", async () => {
  const changes = await changesOf((session) => {
    session.set("cart", ["tea"]);
    const message = "Cannot store session value at cart";
    const date = { addedAt: new Date() } as unknown as string;
    const promise = (() => Promise.resolve(1)) as unknown as () => number;
    const set = () => session.set("cart", [date]);
    assertThrows(set, TypeError, `${message}[0].addedAt: a Date is not JSON`);
    const update = (make: () => number) => () => session.update("cart", make);
    assertThrows(update(() => NaN), TypeError, `${message}: NaN is not JSON`);
    assertThrows(update(promise), TypeError, `${message}: a Promise is not JSON`);
    assertEquals(session.get("cart"), ["tea"]);
  });
  assertEquals(changes, ["set cart"]);
});

Deno.test("Session.update() gives the function the value, or undefined", async () => {
  const session = await blank();
  session.update("count", (count) => count === undefined ? 1 : 0);
  session.update("count", (count) => Number(count) + 1);
  assertEquals(session.get("count"), 2);
});

Deno.test("Session.update() lets its function read the session", async () => {
  const session = await blank();
  session.set("a", 1).update("b", () => Number(session.get("a")) + 1);
  assertEquals(session.get("b"), 2);
});

Deno.test("Session.update() whose function throws changes nothing", async () => {
  const changes = await changesOf((session) => {
    session.set("count", 1);
    const fail = () => {
      throw new Error("no");
    };
    assertThrows(() => session.update("count", fail), Error, "no");
    assertEquals(session.get("count"), 1);
  });
  assertEquals(changes, ["set count"]);
});

const CHANGES: [name: string, change: (session: Session<Values>) => unknown][] = [
  ["set", (session) => session.set("b", 1)],
  ["update", (session) => session.update("b", () => 1)],
  ["delete", (session) => session.delete("a")],
  ["clear", (session) => session.clear()],
  ["flash", (session) => session.flash("Hello")],
  ["takeFlash", (session) => session.takeFlash()],
  ["regenerate", (session) => session.regenerate()],
  ["destroy", (session) => session.destroy()],
  ["setOwner", (session) => session.setOwner("ada")],
  ["renewCsrfToken", (session) => renewCsrfToken(session)],
];

for (const [name, change] of CHANGES) {
  Deno.test(`Session.update() refuses a function that calls ${name}, and changes nothing`, async () => {
    const session = await sessionsIn(new OwningStore()).load(REQUEST);
    session.set("a", 1).flash("Hi");
    csrfToken(session);
    const update = () => {
      change(session);
      return 2;
    };
    const message = "Cannot change the session: a function given to update is running";
    assertThrows(() => session.update("a", update), TypeError, message);
    assertEquals([[...session.entries()], session.owner], [[["a", 1]], null]);
    assertEquals(session.peekFlash().length, 1);
    session.update("a", () => 3); // it is as usable as before
    assertEquals(session.get("a"), 3);
  });

  Deno.test(`Session is closed to ${name} once its response is committed`, async () => {
    const sessions = sessionsIn(new OwningStore());
    const session = await sessions.load(REQUEST);
    session.set("a", 1).flash("Hello");
    csrfToken(session);
    await sessions.commit(session, new Response());
    const message = "Cannot change the session: its response is already committed";
    assertThrows(() => change(session), TypeError, message);
    assertEquals([[...session.entries()], session.owner], [[["a", 1]], null]);
  });
}

Deno.test("Session cannot be read for the first time once its response may be in a cache", async () => {
  const sessions = cookieSessions();
  const session = await sessions.load(REQUEST);
  const response = await sessions.commit(session, new Response());
  assertEquals(response.headers.get("cache-control"), null);
  const readers: (() => unknown)[] = [
    () => session.get("name"),
    () => session.has("name"),
    () => session.size,
    () => session.keys(),
    () => [...session.entries()],
    () => session.isNew,
    () => session.createdAt,
    () => session.renewedAt,
    () => session.owner,
    () => session.peekFlash(),
    () => session.takeFlash(),
  ];
  const message =
    "Cannot read the session: its response is already committed, perhaps for a public";
  for (const read of readers) assertThrows(read, TypeError, message);
});

Deno.test("SessionTrace.set() gets what was done, in order, and nothing of what was only asked", async () => {
  const changes = await changesOf((session) => {
    session.delete("nothing");
    session.clear();
    session.takeFlash();
    session.get("nothing");
    session.set("a", 1).update("a", () => 2).flash("Hello");
    session.takeFlash();
    session.delete("a");
    session.set("b", 1);
    session.clear();
    csrfToken(session);
    session.regenerate();
  });
  assertEquals(changes, [
    "set a",
    "update a",
    "flash info",
    "takeFlash",
    "delete a",
    "set b",
    "clear",
    "csrf",
    "regenerate",
  ]);
});

Deno.test("Session.clear() keeps messages, the CSRF secret and the owner", async () => {
  const session = await sessionsIn(new OwningStore()).load(REQUEST);
  session.set("a", 1).flash("Hello").setOwner("ada");
  csrfToken(session);
  session.clear();
  assertEquals([session.size, session.peekFlash().length, session.owner], [0, 1, "ada"]);
  assert(hasCsrfToken(session));
});

Deno.test("Session.isNew is true until a request brings the session back, and after destroy()", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    assert(session.isNew);
    assert(session.set("a", 1).isNew);
  });
  await visitor.visit((session) => {
    assertFalse(session.isNew);
    session.destroy();
    assert(session.isNew);
  });
});

Deno.test("Session.createdAt and renewedAt are the times of the last write, before this request", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  const times = () => visitor.read(({ createdAt, renewedAt }) => [createdAt, renewedAt]);
  const began = new Date(clock.now());
  await visitor.visit((session) => void session.set("a", 1));
  clock.advance(100);
  assertEquals(await times(), [began, began]);
  await visitor.visit((session) => void session.set("a", 2));
  const renewed = new Date(clock.now());
  clock.advance(1);
  assertEquals(await times(), [began, renewed]);
});

Deno.test("Session.destroy() forgets everything; what follows belongs to a new session", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  await visitor.visit((session) => {
    session.set("name", "ada").flash("Hello");
    csrfToken(session);
  });
  clock.advance(10);
  await visitor.visit((session) => {
    session.set("name", "bob");
    session.destroy();
    assertEquals([session.size, session.peekFlash(), hasCsrfToken(session)], [0, [], false]);
    session.set("after", true);
  });
  await visitor.visit((session) => {
    assertEquals([...session.entries()], [["after", true]]);
    assertEquals(session.createdAt, new Date(clock.now()));
  });
});

Deno.test("Session.setOwner() needs a store that keeps owners", async () => {
  const session = await blank();
  const message = "Cannot set the session's owner: its store keeps no owners";
  assertThrows(() => session.setOwner("ada"), TypeError, message);
  assertEquals(session.owner, null);
  const owned = await sessionsIn(new OwningStore()).load(REQUEST);
  assertEquals([owned.setOwner("ada").owner, owned.setOwner(null).owner], ["ada", null]);
});
