import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { CookieStore, type OwnedSession } from "../../src/session/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import type { SessionOwners } from "../../src/stores/contract.ts";
import { Browser, countIn, messagesIn, tokenIn } from "../support/browser.ts";
import { TestClock } from "../../src/testing/mod.ts";
import { SECRET } from "../support/secrets.ts";
import { site } from "../support/site.ts";

Deno.test("signing in takes a name and keeps what the session holds", async () => {
  const { browser } = site();
  await browser.get("/");
  const page = await browser.submit("/sign-in", "/sign-in", { name: "  Ada <Lovelace>  " });
  assertStringIncludes(page.text, "<h1>Signed in</h1><p>You are Ada &lt;Lovelace>.</p>");
  assertEquals(messagesIn(page), ["Welcome, Ada &lt;Lovelace>."]);
  assertEquals(countIn(await browser.get("/")), 2);
});

Deno.test("signing in makes tokens from before it worthless", async () => {
  const { browser } = site();
  const old = tokenIn(await browser.get("/sign-in"));
  await browser.post("/sign-in", { name: "Ada", csrf_token: old });
  assertEquals((await browser.post("/sign-out", { csrf_token: old })).status, 403);
  assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
});

for (const [name, error] of [["", "Say who you are."], ["x".repeat(61), "At most 60 characters"]]) {
  Deno.test(`signing in with a name of ${name?.length} characters is refused`, async () => {
    const { browser } = site();
    const page = await browser.submit("/sign-in", "/sign-in", { name: name ?? "" });
    assertStringIncludes(page.text, "<title>Error: Sign in · Satchel</title>");
    assertStringIncludes(page.text, `id="name-error">${error}`);
    assertStringIncludes(page.text, `value="${name}"`);
  });
}

for (
  const [what, name] of [
    ["2,000 characters", "x".repeat(2000)],
    ["254 KiB of combining marks", "a" + "\u0327\u0301".repeat(254 * 256 - 1)],
    ["254 KiB of marks in the wrong order", "a\u0301" + "\u0327".repeat(127 * 1024 - 2)],
  ] as const
) {
  Deno.test(`signing in with ${what} is refused in words for the visitor, and soon`, async () => {
    const { browser } = site();
    const csrf_token = tokenIn(await browser.get("/sign-in"));
    const body = new FormData(); // which takes two bytes for a mark, where the other form takes six
    body.set("csrf_token", csrf_token);
    body.set("name", name);
    const start = performance.now();
    const page = await browser.post("/sign-in", body);
    const took = performance.now() - start;
    assertEquals(page.status, 200);
    assertStringIncludes(page.text, 'id="name-error">At most 60 characters, please.</p>');
    assertStringIncludes(page.text, 'name="name"');
    assert(took < 1500, `it took ${took} ms`);
  });
}

Deno.test("a name is the same however its accents were typed", async () => {
  const composed = "é".repeat(60);
  const { browser } = site();
  const page = await browser.submit("/sign-in", "/sign-in", { name: composed.normalize("NFD") });
  assertStringIncludes(page.text, `You are ${composed}.`);
  // 60 characters, which composing makes 120: some have no composed form.
  const { browser: other } = site();
  const longer = await other.submit("/sign-in", "/sign-in", { name: "\u0958".repeat(60) });
  assertStringIncludes(longer.text, "At most 60 characters, please.");
});

for (const store of ["cookie", "memory"]) {
  Deno.test(`signing in with "Remember me" outlives the window and the evening, in the ${store} store`, async () => {
    for (const isRemembered of [true, false]) {
      const clock = new TestClock();
      const { now } = clock;
      const { handler } = site({
        now,
        ...(store === "memory" && { store: new MemoryStore({ now }) }),
      });
      const browser = new Browser(handler, { now });
      assertMatch(
        (await browser.get("/sign-in")).text,
        /<input id="remember" name="remember" type="checkbox"/,
      );
      const remember: Record<string, string> = isRemembered ? { remember: "on" } : {};
      await browser.submit("/sign-in", "/sign-in", { name: "Ada", ...remember });
      const { cookies: [cookie] } = browser.jar;
      assertEquals(cookie?.expiresAt, isRemembered ? now() + 30 * 86_400_000 : null);
      if (isRemembered) browser.jar.close();
      clock.advance(29 * 86_400);
      const { text } = await browser.get("/sign-in");
      assertEquals(text.includes("You are Ada."), isRemembered);
    }
  });
}

Deno.test("signing in keeps the tick of a refused form", async () => {
  const { browser } = site();
  const page = await browser.submit("/sign-in", "/sign-in", { name: "", remember: "on" });
  assertMatch(page.text, /name="remember" type="checkbox" checked/);
});

Deno.test("signing out ends the session and all it holds", async () => {
  const { browser } = site();
  await browser.get("/");
  await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  const page = await browser.submit("/sign-in", "/sign-out", {});
  assertEquals(messagesIn(page), ["You are signed out."]);
  assertStringIncludes(page.text, "<h1>Sign in</h1>");
  assertEquals(countIn(await browser.get("/")), 1);
});

Deno.test("a site with the cookie store says why there is no list of sessions", async () => {
  const { browser } = site();
  const page = await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  assertStringIncludes(page.text, "There is no list");
  assertStringIncludes(page.text, "SESSION_STORE=kv");
  assertFalse(page.text.includes("Sign out everywhere else"));
  const again = await browser.post("/sign-in/elsewhere", { csrf_token: tokenIn(page) });
  assertEquals(messagesIn(again), []);
  assertNotEquals(again.status, 500);
});

/** The cookie store, with a list of sessions that the test writes. */
class StoreWithOwners extends CookieStore {
  readonly asked: unknown[][] = [];
  readonly owners: SessionOwners;

  constructor(sessions: OwnedSession[]) {
    super({ secrets: [SECRET] });
    this.owners = {
      handleOf: () => "here",
      list: (owner, page) => {
        this.asked.push(["list", owner, page]);
        return Promise.resolve(sessions.slice(0, page.limit));
      },
      destroy: (owner, except) => {
        this.asked.push(["destroy", owner, except]);
        return Promise.resolve(sessions.splice(1).length);
      },
      revoke: (owner, handle) => {
        this.asked.push(["revoke", owner, handle]);
        const at = sessions.findIndex((session) => session.handle === handle);
        return Promise.resolve(at > 0 && sessions.splice(at, 1).length === 1);
      },
    };
  }
}

function owned(handle: string, label: string, secondsAgo: number): OwnedSession {
  const date = new Date(Date.now() - secondsAgo * 1000);
  return { handle, label, createdAt: date, renewedAt: date };
}

Deno.test("a site with a server store lists the visitor's sessions and ends the others", async () => {
  const store = new StoreWithOwners([
    owned("here", "Firefox <3", 0),
    owned("there", "", 3661),
    owned("yonder", "curl/8", 86400),
  ]);
  const { browser } = site({ store });
  const page = await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  assertStringIncludes(page.text, "<span>Firefox &lt;3 <b>(this one)</b><br>");
  assertStringIncludes(page.text, "begun just now, last renewed just now");
  assertStringIncludes(page.text, "An unnamed program");
  assertStringIncludes(page.text, "begun 1 hour, 1 minute ago");
  assertEquals(page.text.match(/\(this one\)/g)?.length, 1);
  assertEquals(store.asked, [["list", "Ada", { limit: 101, before: null }]]);
  assertFalse(page.text.includes("there are more"));

  const ended = await browser.submit("/sign-in", "/sign-in/elsewhere", {});
  assertEquals(messagesIn(ended), ["2 other sessions were ended."]);
  assertEquals(store.asked.find(([what]) => what === "destroy"), ["destroy", "Ada", "here"]);
  assertFalse(ended.text.includes("curl/8"));
});

Deno.test("a site has a button for each other session, which ends that one", async () => {
  const store = new StoreWithOwners([
    owned("here", "Firefox", 0),
    owned("there", 'curl/8 "<beta>"', 5),
    owned("yonder", "", 7200),
  ]);
  const { browser } = site({ store });
  const page = await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  assertEquals(page.text.match(/<button name="handle"/g)?.length, 2);
  assertFalse(page.text.includes('value="here"'));
  const ended = await browser.press(page, "End An unnamed program, from 2 hours ago");
  assertEquals(messagesIn(ended), ["The session was ended."]);
  assertEquals(store.asked.find(([what]) => what === "revoke"), ["revoke", "Ada", "yonder"]);
  assertFalse(ended.text.includes("An unnamed program"));
  assertStringIncludes(ended.text, "curl/8");

  const again = await browser.press(page, "End An unnamed program, from 2 hours ago");
  assertEquals(messagesIn(again), ["That session had ended, or has a new id."]);
  const asked = store.asked.length;
  const forged = await browser.post("/sign-in/end", { handle: "there" });
  assertEquals([forged.status, store.asked.length], [403, asked]);
});

Deno.test("a visitor who is not signed in ends nobody's session", async () => {
  const store = new StoreWithOwners([owned("here", "Firefox", 0), owned("there", "curl", 5)]);
  const { browser } = site({ store });
  const csrf_token = tokenIn(await browser.get("/sign-in"));
  const page = await browser.post("/sign-in/end", { handle: "there", csrf_token });
  assertEquals(messagesIn(page), []);
  assertEquals(store.asked, []);
});

Deno.test("a site shows the newest 100 sessions and says when there are more", async () => {
  const sessions = Array.from({ length: 150 }, (_, at) => owned(`${at}`, `Browser ${at}.`, at));
  for (const [count, more] of [[100, false], [101, true], [150, true]] as const) {
    const store = new StoreWithOwners(sessions.slice(0, count));
    const { browser } = site({ store });
    const page = await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
    assertEquals(page.text.match(/<span>Browser \d+\./g)?.length, 100);
    assertStringIncludes(page.text, "Browser 99.");
    assertEquals(page.text.includes("These are the newest 100; there are more."), more);
  }
});
