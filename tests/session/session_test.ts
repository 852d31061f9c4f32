import { drawCsrf } from "../support/draw_csrf.ts";
import { stateOf } from "../../src/session/session.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Session } from "../../src/session/mod.ts";
import { Clock, cookieSessions, sessionsIn, type Values, Visitor } from "./visitor.ts";
import { VersionedStore } from "./versioned_store.ts";

async function blank(init: RequestInit = {}): Promise<Session<Values>> {
  return await cookieSessions().load(new Request("http://shop.example/", init));
}

function kinds(session: Session<Values>): string[] {
  return stateOf(session).changes.map(({ kind, key }) =>
    key === undefined ? kind : `${kind} ${key}`
  );
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

Deno.test("Session.keys() gives whole numbers first, at once and to later requests", async () => {
  const keys = ["2", "10", "b", "-1", "a"];
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.set("b", 1).set("10", 1).set("-1", 1).set("a", 1).set("2", 1).set("b", 2);
    assertEquals([...session.keys()], keys);
    assertEquals([...session.entries()].map(([key]) => key), keys);
  });
  const later = new Visitor(cookieSessions());
  later.cookie = visitor.cookie;
  assertEquals(await later.read((session) => [...session.keys()]), keys);
});

Deno.test("Session finds nothing under a name that every object inherits", async () => {
  const session = await blank();
  for (const name of ["constructor", "toString", "__proto__"]) {
    assertEquals([session.has(name), session.get(name)], [false, undefined], name);
    assertFalse(session.delete(name), name);
    session.set(name, "own");
    assertEquals([session.has(name), session.get(name)], [true, "own"], name);
  }
  assertEquals(session.size, 3);
});

Deno.test("Session.get() hands out values that cannot be changed in place", async () => {
  const sessions = cookieSessions();
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => {
    session.set("cart", [{ name: "tea", tags: ["hot"] }]);
    assertFrozen(session.get("cart"));
  });
  await visitor.visit((session) => {
    assertFrozen(session.get("cart"));
    for (const [, value] of session.entries()) assertFrozen(value);
  });
});

function assertFrozen(cart: unknown): void {
  const items = cart as { name: string; tags: string[] }[];
  assertThrows(() => items.push({ name: "cake", tags: [] }), TypeError);
  assertThrows(() => items[0]?.tags.push("cold"), TypeError);
  assertThrows(() => Object.assign(items[0] ?? {}, { name: "cake" }), TypeError);
}

Deno.test("Session.set() keeps a copy of its own", async () => {
  const session = await blank();
  const cart = ["tea"];
  session.set("cart", cart);
  cart.push("cake");
  assertEquals(session.get("cart"), ["tea"]);
});

Deno.test("Session.set() and update() refuse what is not JSON and change nothing then", async () => {
  const session = await blank();
  session.set("cart", ["tea"]);
  const date = { addedAt: new Date() } as unknown as string;
  assertThrows(
    () => session.set("cart", [date]),
    TypeError,
    "Cannot store session value at cart[0].addedAt: a Date is not JSON",
  );
  assertThrows(
    () => session.update("cart", () => NaN),
    TypeError,
    "Cannot store session value at cart: NaN is not JSON",
  );
  assertThrows(
    () => session.update("cart", (() => Promise.resolve(1)) as unknown as () => number),
    TypeError,
    "Cannot store session value at cart: a Promise is not JSON",
  );
  assertEquals(session.get("cart"), ["tea"]);
  assertEquals(kinds(session), ["set cart"]);
});

Deno.test("Session.update() gives the function a frozen value, or undefined", async () => {
  const session = await blank();
  session.update("counter", (count) => {
    assertStrictEquals(count, undefined);
    return 1;
  });
  session.update("counter", (count) => Number(count) + 1);
  assertEquals(session.get("counter"), 2);
  session.set("cart", []);
  session.update("cart", (cart) => {
    assert(Object.isFrozen(cart));
    return ["tea"];
  });
  assertEquals(session.get("cart"), ["tea"]);
});

Deno.test("Session.update() whose function throws changes nothing", async () => {
  const session = await blank();
  session.set("counter", 1);
  const fail = () => {
    throw new Error("no");
  };
  assertThrows(() => session.update("counter", fail), Error, "no");
  assertEquals(session.get("counter"), 1);
  assertEquals(kinds(session), ["set counter"]);
});

Deno.test("stateOf(Session).changes tells what was done, in order, and nothing of what was only asked", async () => {
  const session = await blank();
  session.delete("nothing");
  session.clear();
  session.takeFlash();
  session.get("nothing");
  assertEquals(kinds(session), []);
  session.set("a", 1).update("a", () => 2).flash("Hello");
  session.takeFlash();
  session.delete("a");
  session.set("b", 1);
  session.clear();
  drawCsrf(session);
  session.regenerate();
  assertEquals(kinds(session), [
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
  const session = await sessionsIn(new OwningStore()).load(new Request("http://shop.example/"));
  session.set("a", 1).flash("Hello").setOwner("ada");
  const secret = drawCsrf(session);
  session.clear();
  assertEquals([
    session.size,
    session.peekFlash().length,
    stateOf(session).record.csrf,
    session.owner,
  ], [
    0,
    1,
    secret,
    "ada",
  ]);
});

Deno.test("Session.isNew is true until a request brings the session back", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    assert(session.isNew);
    session.set("a", 1);
    assert(session.isNew);
  });
  assertFalse(await visitor.read((session) => session.isNew));
  await visitor.visit((session) => {
    session.destroy();
    assert(session.isNew);
  });
});

Deno.test("Session.createdAt and renewedAt are the times of the record", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  const start = new Date(clock.ms);
  await visitor.visit((session) => void session.set("a", 1));
  clock.pass(100);
  await visitor.visit((session) => {
    assertEquals([session.createdAt, session.renewedAt], [start, start]);
    session.set("a", 2);
  });
  const renewed = new Date(clock.ms);
  clock.pass(1);
  assertEquals(await visitor.read(({ createdAt, renewedAt }) => [createdAt, renewedAt]), [
    start,
    renewed,
  ]);
});

Deno.test("Session.flash() queues in order across levels, and peekFlash() leaves all", async () => {
  const session = await blank();
  session.flash("one").flash("two", { level: "error" }).flash("three");
  const all = [
    { level: "info", message: "one" },
    { level: "error", message: "two" },
    { level: "info", message: "three" },
  ];
  assertEquals(session.peekFlash(), all);
  assertEquals(session.peekFlash("error"), [{ level: "error", message: "two" }]);
  assertEquals(session.peekFlash(["error", "warning"]), [{ level: "error", message: "two" }]);
  assertEquals(session.takeFlash("error"), [{ level: "error", message: "two" }]);
  assertEquals(session.takeFlash(), all.filter(({ level }) => level === "info"));
  assertEquals(session.peekFlash(), []);
});

Deno.test("Session.peekFlash() and takeFlash() hand out messages that are the caller's own", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("Hello"));
  const request = visitor.request({ method: "HEAD" }); // it takes no message away
  const sessions = cookieSessions();
  for (const time of ["first", "second", "third"]) {
    const session = await sessions.load(request);
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

Deno.test("Session.flash() makes text of what is not", async () => {
  const session = await blank();
  session.flash(42 as unknown as string);
  assertEquals(session.takeFlash(), [{ level: "info", message: "42" }]);
});

for (
  const [who, init] of [
    ["a HEAD", { method: "HEAD" }],
    ["a prefetch", { headers: { "sec-purpose": "prefetch" } }],
    ["a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }],
    ["an old preview", { headers: { purpose: "preview" } }],
    ["an image", { headers: { "sec-fetch-dest": "image" } }],
  ] as const
) {
  Deno.test(`Session.takeFlash() leaves the messages to a page that is seen, not to ${who}`, async () => {
    const session = await blank(init);
    session.flash("Hello");
    assertEquals(session.takeFlash().length, 1);
    assertEquals(session.takeFlash().length, 1);
  });
}

Deno.test("Session.destroy() forgets everything; what follows belongs to a new session", async () => {
  const clock = new Clock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  await visitor.visit((session) => {
    session.set("name", "ada").flash("Hello");
    drawCsrf(session);
  });
  clock.pass(10);
  await visitor.visit((session) => {
    session.set("name", "bob");
    session.destroy();
    assertEquals([session.size, stateOf(session).record.csrf, session.peekFlash()], [0, null, []]);
    assertEquals(kinds(session), ["destroy"]);
    session.set("after", true);
  });
  assertEquals(await visitor.read((session) => [...session.entries()]), [["after", true]]);
  assertEquals(await visitor.read((session) => session.createdAt), new Date(clock.ms));
});

Deno.test("csrfToken() draws 256 bits, and new ones each time", async () => {
  const session = await blank();
  assertEquals(stateOf(session).record.csrf, null);
  const first = drawCsrf(session);
  assertEquals(stateOf(session).record.csrf, first);
  assertEquals(Uint8Array.fromBase64(first, { alphabet: "base64url" }).length, 32);
  const second = drawCsrf(session);
  assertNotEquals(second, first);
  assertEquals(stateOf(session).record.csrf, second);
});

Deno.test("Session.setOwner() needs a store that keeps owners", async () => {
  const session = await blank();
  assertThrows(
    () => session.setOwner("ada"),
    TypeError,
    "Cannot set the session's owner: its store keeps no owners",
  );
  assertEquals(session.owner, null);
});

class OwningStore extends VersionedStore {
  readonly owners = {
    handleOf: (value: string) => value,
    list: () => Promise.resolve([]),
    destroy: () => Promise.resolve(0),
  };
}

Deno.test("Session is closed once its response is committed", async () => {
  const sessions = sessionsIn(new OwningStore());
  const session = await sessions.load(new Request("http://shop.example/"));
  session.set("a", 1).flash("Hello");
  await sessions.commit(session, new Response());
  const late: (() => unknown)[] = [
    () => session.set("a", 2),
    () => session.update("a", () => 2),
    () => session.delete("a"),
    () => session.clear(),
    () => session.flash("late"),
    () => session.takeFlash(),
    () => session.regenerate(),
    () => session.destroy(),
    () => session.setOwner("ada"),
    () => drawCsrf(session),
  ];
  for (const change of late) {
    assertThrows(
      change,
      TypeError,
      "Cannot change the session: its response is already committed",
    );
  }
  assertEquals(session.get("a"), 1);
});

Deno.test("Session cannot be read for the first time once its response may be in a cache", async () => {
  const sessions = cookieSessions();
  const session = await sessions.load(new Request("http://shop.example/"));
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
  for (const read of readers) {
    assertThrows(
      read,
      TypeError,
      "Cannot read the session: its response is already committed, perhaps for a public cache",
    );
  }
});

Deno.test("Session checks keys and values at compile time", async () => {
  interface Shop {
    counter: number;
    cart: { name: string; amount: number }[];
    coupon?: string;
  }
  const sessions = cookieSessions() as unknown as { load(request: Request): Session<Shop> };
  const session = await sessions.load(new Request("http://shop.example/"));
  session.set("counter", 1).set("cart", [{ name: "tea", amount: 1 }]).set("coupon", "x");
  const counter: number | undefined = session.get("counter");
  assertEquals(counter, 1);
  // @ts-expect-error a value of another type
  session.set("counter", "one");
  // @ts-expect-error a key that the application does not know
  session.set("count", 1);
  // @ts-expect-error undefined is no value: delete is the way
  assertThrows(() => session.set("coupon", undefined));
  const cart = session.get("cart");
  // @ts-expect-error what comes out is read-only, all the way down
  assertThrows(() => cart?.[0] && (cart[0].amount = 2));
});

const INNER_CHANGES: [name: string, change: (session: Session<Values>) => unknown][] = [
  ["set", (session) => session.set("b", 1)],
  ["update", (session) => session.update("b", () => 1)],
  ["delete", (session) => session.delete("a")],
  ["clear", (session) => session.clear()],
  ["flash", (session) => session.flash("Hello")],
  ["regenerate", (session) => session.regenerate()],
  ["destroy", (session) => session.destroy()],
];
for (const [name, change] of INNER_CHANGES) {
  Deno.test(`Session.update() refuses a function that calls ${name}, and changes nothing`, async () => {
    const session = await blank();
    session.set("a", 1);
    const update = (): number => {
      change(session);
      return 2;
    };
    assertThrows(
      () => session.update("a", update),
      TypeError,
      "Cannot change the session: a function given to update is running",
    );
    assertEquals([[...session.entries()], kinds(session)], [[["a", 1]], ["set a"]]);
    session.update("a", () => 3); // it is as usable as before
    assertEquals(session.get("a"), 3);
  });
}

Deno.test("Session.update() lets its function read the session", async () => {
  const session = await blank();
  session.set("a", 1).update("b", () => Number(session.get("a")) + 1);
  assertEquals(session.get("b"), 2);
});
