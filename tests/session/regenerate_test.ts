import { CookieStore, type SessionStore } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { csrfToken, hasCsrfToken, verifyCsrfToken } from "@satchel/satchel/web";
import { assert, assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import { sessionsIn } from "../support/sessions.ts";

const STORES: Record<string, (now: () => number) => SessionStore> = {
  memory: (now) => new MemoryStore({ now }),
  cookie: () => new CookieStore({ secrets: [SECRET] }),
};

for (const [name, open] of Object.entries(STORES)) {
  const visitorAt = (options: { idleTimeout?: null; absoluteTimeout?: number } = {}) => {
    const clock = new TestClock();
    const sessions = sessionsIn(open(clock.now), { ...options, now: clock.now });
    return { clock, sessions, visitor: new Visitor(sessions) };
  };

  Deno.test(`regenerate() makes a new CSRF secret, and no older token is good, in the ${name} store`, async () => {
    const { visitor } = visitorAt();
    const before = await visitor.read(csrfToken);
    await visitor.visit((session) => {
      session.regenerate();
      assertFalse(verifyCsrfToken(session, before));
    });
    assertFalse(await visitor.read(hasCsrfToken));
    const fresh = await visitor.read(csrfToken);
    assert(await visitor.read((session) => verifyCsrfToken(session, fresh)));
    assertFalse(await visitor.read((session) => verifyCsrfToken(session, before)));
  });

  Deno.test(`regenerate() lets the absolute timeout count from now, in the ${name} store`, async () => {
    const { clock, visitor } = visitorAt({ idleTimeout: null, absoluteTimeout: 1000 });
    await visitor.visit((session) => void session.set("cart", ["Tea"]));
    clock.advance(990); // of browsing, and then a sign-in
    await visitor.visit((session) => {
      session.regenerate();
      assertEquals(session.createdAt, new Date(clock.now()));
    });
    clock.advance(1000);
    assertEquals(await visitor.read((session) => session.get("cart")), ["Tea"]);
    clock.advance(1);
    assertEquals(await visitor.read((session) => session.get("cart")), undefined);
  });
}

Deno.test("setOwner() gives the session a new id, and the one of before opens nothing", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  await visitor.visit((session) => void session.set("cart", ["Tea"]));
  for (const owner of ["ann", "bob", null]) {
    const [before, old] = [visitor.value, visitor.request()];
    await visitor.visit((session) => void session.setOwner(owner));
    assertNotEquals(visitor.value, before);
    assert((await sessions.load(old)).isNew);
    const kept = visitor.value;
    await visitor.visit((session) => void session.setOwner(owner).set("again", true));
    assertEquals(visitor.value, kept);
  }
  assertEquals(await visitor.read((session) => session.get("cart")), ["Tea"]);
});

Deno.test("a new visitor with a retired id makes tokens of a secret of their own", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  const before = await visitor.read(csrfToken);
  const old = visitor.cookie;
  await visitor.visit((session) => session.regenerate());
  visitor.cookie = old;
  const made: string[] = [];
  await visitor.visit((session) => {
    assert(session.isNew && hasCsrfToken(session) && verifyCsrfToken(session, before));
    made.push(csrfToken(session));
    assert(verifyCsrfToken(session, made[0] ?? ""));
  });
  assertNotEquals(visitor.cookie, old);
  assert(await visitor.read((session) => verifyCsrfToken(session, made[0] ?? "")));
  assertFalse(await visitor.read((session) => verifyCsrfToken(session, before)));
});

Deno.test("a script with a retired id has no token that is good", async () => {
  const sessions = sessionsIn(new MemoryStore());
  const visitor = new Visitor(sessions);
  const before = await visitor.read(csrfToken);
  const old = visitor.cookie;
  await visitor.visit((session) => session.regenerate());
  const headers = { cookie: old, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
  const session = await sessions.load(visitor.request({ headers }));
  assertFalse(hasCsrfToken(session) || verifyCsrfToken(session, before));
});
