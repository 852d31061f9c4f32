import { CookieStore, type RejectReason, type Session, Sessions } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assert, assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { type Values, VersionedStore } from "../support/sessions.ts";

const STORES = {
  cookie: () => new CookieStore({ secrets: [SECRET] }),
  memory: () => new MemoryStore(),
  versioned: () => new VersionedStore(),
};

const who = (session: Session<Values>): unknown => session.get("who");

/** Sessions in a new store, what they reject, and cookies of visitors who were there a minute apart. */
function open(kind: keyof typeof STORES) {
  const clock = new TestClock();
  const rejected: RejectReason[] = [];
  const store = STORES[kind]();
  const sessions = new Sessions<Values>({
    store,
    now: clock.now,
    onReject: (why) => rejected.push(why),
  });
  const cookieOf = async (name: string): Promise<string> => {
    const visitor = new Visitor(sessions);
    await visitor.visit((session) => void session.set("who", name));
    return visitor.cookie;
  };
  const visitor = new Visitor(sessions);
  return { clock, store, sessions, rejected, cookieOf, visitor };
}

for (const kind of ["cookie", "memory", "versioned"] as const) {
  Deno.test(`Sessions.load() opens the first of several cookies that is accepted (${kind} store)`, async () => {
    const { visitor, cookieOf, rejected } = open(kind);
    const [ada, bob] = [await cookieOf("ada"), await cookieOf("bob")];
    const bad = "session=nonsense";
    for (
      const [header, name, refused] of [
        [`${ada}; ${bob}`, "ada", 0],
        [`${bob}; ${ada}`, "bob", 0],
        [`${bad}; ${ada}`, "ada", 1],
        [`session=; ${ada}`, "ada", 0],
        [`${bad}; theme=dark; session=also; ${bob}; ${ada}`, "bob", 2],
        [`${bad}; ${bad}; ${bad}; ${ada}`, "ada", 3],
        [`${bad}; ${bad}; ${bad}; ${bad}; ${ada}`, undefined, 4],
      ] as const
    ) {
      visitor.cookie = header;
      assertEquals(await visitor.read(who), name, header);
      // A cookie store looks at those behind the accepted one as well, and refuses none here.
      assertEquals(rejected.splice(0).length, refused, header);
    }
  });

  Deno.test(`Sessions.handle() lets a visitor sign in behind a stale cookie (${kind} store)`, async () => {
    const { sessions, rejected } = open(kind);
    const stale = "session=ofAnotherPath";
    const visitor = new Visitor(sessions);
    visitor.cookie = stale;
    await visitor.visit((session) => {
      session.regenerate();
      session.set("who", "ada");
    });
    assert(visitor.line !== null);
    const { cookie } = visitor;
    visitor.cookie = `${stale}; ${cookie}`;
    assertEquals(await visitor.read(who), "ada");
    visitor.cookie = `${stale}; ${cookie}`;
    await visitor.visit((session) => void session.set("who", "bob"));
    const latest = visitor.line === null ? cookie : visitor.line.replace(/;.*/, "");
    visitor.cookie = `${stale}; ${latest}`;
    assertEquals(await visitor.read(who), "bob");
    assertEquals(rejected.length, 4);
  });

  Deno.test(`Session.destroy() ends the sessions of all cookies that came (${kind} store)`, async () => {
    const { clock, sessions, cookieOf, visitor } = open(kind);
    const [ada, bob] = [await cookieOf("ada"), await cookieOf("bob")];
    clock.advance(60);
    visitor.cookie = `${ada}; ${bob}`;
    await visitor.visit((session) => session.destroy());
    const left = visitor.line?.replace(/;.*/, "") ?? "";
    // The browser keeps the cookie of the other path, wherever it is: the answer cannot name it.
    for (const other of [ada, bob]) {
      for (const header of [`${other}; ${left}`, `${left}; ${other}`]) {
        const next = new Visitor(sessions);
        next.cookie = header;
        assertEquals(await next.read(who), undefined);
      }
    }
  });
}

Deno.test("Sessions.load() opens what was written last where a store knows no versions", async () => {
  const { clock, visitor, cookieOf } = open("cookie");
  const old = await cookieOf("old");
  clock.advance(1);
  const recent = await cookieOf("recent");
  for (const header of [`${old}; ${recent}`, `${recent}; ${old}`]) {
    visitor.cookie = header;
    assertEquals(await visitor.read(who), "recent");
  }
});

Deno.test("Sessions.load() asks a server store for as few cookies as it can", async () => {
  const { store, visitor, cookieOf } = open("versioned");
  assert(store instanceof VersionedStore);
  const [ada, bob] = [await cookieOf("ada"), await cookieOf("bob")];
  for (
    const [header, loads] of [
      [`${ada}; ${bob}`, 1],
      [`session=x; ${ada}; ${bob}`, 2],
      ["session=x; ".repeat(50) + ada, 4],
    ] as const
  ) {
    store.loads = 0;
    visitor.cookie = header;
    await visitor.read(who);
    assertEquals(store.loads, loads);
  }
});

Deno.test("Sessions.handle() never does to another session what was meant for one that ended meanwhile", async () => {
  for (const method of ["GET", "POST"]) {
    const { store, sessions, visitor, cookieOf } = open("versioned");
    assert(store instanceof VersionedStore);
    const [ada, bob] = [await cookieOf("ada"), await cookieOf("bob")];
    visitor.cookie = `${ada}; ${bob}`;
    const id = ada.slice(ada.indexOf("=") + 1);
    store.beforeSave = () => void store.rows.delete(id);
    const seen: unknown[] = [];
    const answer = visitor.visit((session) => {
      seen.push(session.get("who"));
      session.set("who", "eve");
    }, { method });
    await answer.then(() => assertEquals(method, "GET"), () => assertEquals(method, "POST"));
    assertEquals(seen.includes("bob"), false);
    const other = new Visitor(sessions);
    other.cookie = bob;
    assertEquals(await other.read(who), "bob");
  }
});

Deno.test("Sessions.load() takes a retired cookie for more telling than an unknown one", async () => {
  const { store, visitor, cookieOf } = open("versioned");
  assert(store instanceof VersionedStore);
  const old = await cookieOf("ada");
  visitor.cookie = old;
  await visitor.visit((session) => session.regenerate());
  const script = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
  for (const header of [`session=x; ${old}`, `${old}; session=x`]) {
    visitor.cookie = header;
    await visitor.visit((session) => void session.set("who", "eve"), { headers: script });
    assertEquals(visitor.line, null);
  }
});
