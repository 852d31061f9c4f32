/**
 * What users of Pyramid's sessions rely on, with our answer. Where the answer differs on purpose,
 * the README's table "Coming from Pyramid" says so, and the test's name says "unlike Pyramid".
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type Session, type SessionCookieOptions, SessionSizeError } from "@satchel/satchel";
import {
  createHandler,
  csrfToken,
  hasCsrfToken,
  html,
  originGuard,
  redirect,
  renewCsrfToken,
  type Route,
  verifyCsrfToken,
  type View,
} from "@satchel/satchel/web";
import { Browser, Visitor } from "../support/browser.ts";
import { CookieJar, TestClock } from "@satchel/satchel/testing";
import { cookieSessions, type Values } from "../support/sessions.ts";

const count = (session: Session<Values>): void =>
  void session.update("counter", (n) => Number(n ?? 0) + 1);
const counter = (session: Session<Values>): unknown => session.get("counter");

/** A visitor of an application that has one view. */
function visitorOf(view: View<Values>, csrf = false): Browser {
  const routes: Route<Values>[] = ["GET", "POST"].map((method) => ({ method, path: "/", view }));
  const handler = createHandler({ sessions: cookieSessions(), routes, csrf });
  return new Browser(handler);
}

Deno.test("as in Pyramid: a session as old as its timeout is valid, a second later it is not", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(
    cookieSessions({ idleTimeout: 1200, renewAfter: null, now: clock.now }),
  );
  await visitor.visit(count);
  clock.advance(1200);
  assertEquals(await visitor.read(counter), 1);
  clock.advance(1);
  assertEquals(await visitor.read(counter), undefined);
});

Deno.test("as in Pyramid: a timeout of None never ends a session", async () => {
  const clock = new TestClock();
  const options = { idleTimeout: null, absoluteTimeout: null, now: clock.now };
  const visitor = new Visitor(cookieSessions(options));
  await visitor.visit(count);
  clock.advance(10 * 365 * 86_400);
  assertEquals(await visitor.read(counter), 1);
});

Deno.test("unlike Pyramid: a session ends after seven days, however busy it is", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ idleTimeout: 86_400, now: clock.now }));
  await visitor.visit(count);
  for (let day = 0; day < 7; day++) {
    clock.advance(86_400);
    await visitor.visit(count);
  }
  assertEquals(await visitor.read(counter), 8);
  clock.advance(1);
  assertEquals(await visitor.read(counter), undefined);
});

Deno.test("as in Pyramid: reading renews only after the reissue time; unlike it, also exactly then", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ renewAfter: 120, now: clock.now }));
  await visitor.visit(count);
  clock.advance(119);
  await visitor.read(counter);
  assertEquals(visitor.line, null);
  clock.advance(1);
  await visitor.read(counter);
  assert(visitor.line !== null);
});

Deno.test("as in Pyramid: a reissue time of 0 renews at every reading, None at none", async () => {
  const always = new Visitor(cookieSessions({ renewAfter: 0 }));
  await always.visit(count);
  await always.read(counter);
  assert(always.line !== null);
  const clock = new TestClock();
  const never = new Visitor(cookieSessions({ renewAfter: null, now: clock.now }));
  await never.visit(count);
  clock.advance(1200);
  await never.read(counter);
  assertEquals(never.line, null);
});

Deno.test("unlike Pyramid: by default reading renews after a quarter of the timeout, not always", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  await visitor.visit(count);
  clock.advance(299);
  await visitor.read(counter);
  assertEquals(visitor.line, null);
  clock.advance(1);
  await visitor.read(counter);
  assert(visitor.line !== null);
});

Deno.test("as in Pyramid: renewing keeps the time of creation", async () => {
  const clock = new TestClock();
  const visitor = new Visitor(cookieSessions({ now: clock.now }));
  await visitor.visit(count);
  const created = new Date(clock.now());
  clock.advance(600);
  await visitor.visit(count);
  assertEquals(await visitor.read((session) => session.createdAt), created);
});

const ATTRIBUTES: [what: string, options: SessionCookieOptions, https: boolean, line: RegExp][] = [
  ["max-age", { maxAge: 3600 }, false, /; Max-Age=3600(;|$)/],
  ["no max-age", {}, false, /^(?!.*max-age|.*expires)/i],
  ["path", { path: "/shop" }, false, /; Path=\/shop(;|$)/],
  ["domain", { domain: "shop.example" }, false, /; Domain=shop\.example(;|$)/],
  ["no domain", {}, false, /^(?!.*domain)/i],
  ["samesite", { sameSite: "Strict" }, false, /; SameSite=Strict(;|$)/],
  ["samesite by default", {}, false, /; SameSite=Lax(;|$)/],
  ["a name", { name: "sid" }, false, /^sid=/],
];

for (const [what, options, https, line] of ATTRIBUTES) {
  Deno.test(`as in Pyramid: the cookie has the attributes it is told, ${what}`, async () => {
    const url = https ? "https://shop.example/" : "http://shop.example/";
    const visitor = new Visitor(cookieSessions({ cookie: options }), url);
    await visitor.visit(count);
    assert(line.test(visitor.line ?? ""), visitor.line ?? "");
  });
}

Deno.test("unlike Pyramid: the cookie is HttpOnly always, and over https Secure with a prefix", async () => {
  const plain = new Visitor(cookieSessions());
  await plain.visit(count);
  assertEquals([plain.line?.includes("; HttpOnly"), plain.line?.includes("; Secure")], [
    true,
    false,
  ]);
  const secure = new Visitor(cookieSessions(), "https://shop.example/");
  await secure.visit(count);
  assert(/^__Host-session=.*; Secure; HttpOnly/.test(secure.line ?? ""));
});

Deno.test("as in Pyramid: sessions of two paths live side by side, and browsers send each its own", async () => {
  const [shop, blog] = ["/shop", "/blog"].map((path) => cookieSessions({ cookie: { path } }));
  const visitor = new Browser((request) => {
    const sessions = new URL(request.url).pathname.startsWith("/shop") ? shop : blog;
    return sessions?.handle(request, (session) => {
      count(session);
      return new Response(`${counter(session)}`);
    }) ?? Response.error();
  });
  assertEquals((await visitor.get("/shop/page")).text, "1");
  assertEquals((await visitor.get("/shop/page")).text, "2");
  assertEquals((await visitor.get("/blog/page")).text, "1");
  assertEquals((await visitor.get("/shop")).text, "3");
  assertEquals(visitor.jar.header("http://localhost/"), null);
});

Deno.test("as in Pyramid: a session of a domain is shared with its subdomains", async () => {
  const jar = new CookieJar();
  const sessions = cookieSessions({ cookie: { domain: "shop.example" } });
  const set = await sessions.handle(new Request("https://www.shop.example/"), (session) => {
    session.set("a", 1);
    return new Response();
  });
  jar.store("https://www.shop.example/", set);
  assert(jar.header("https://pay.shop.example/")?.startsWith("__Secure-session="));
  assertEquals(jar.header("https://shop.example.evil.example/"), null);
});

for (const cookie of [{}, { path: "/shop" }, { domain: "shop.example" }, { maxAge: 60 }]) {
  for (const scheme of ["http", "https"]) {
    Deno.test(`unlike Pyramid: destroying takes the ${scheme} cookie ${JSON.stringify(cookie)} away`, async () => {
      const sessions = cookieSessions({ cookie });
      const handler = (request: Request) =>
        sessions.handle(request, (session) => {
          if (request.method === "POST") session.destroy();
          else count(session);
          return new Response();
        });
      const visitor = new Browser(handler, { origin: `${scheme}://shop.example` });
      await visitor.get("/shop/");
      assertEquals(visitor.jar.cookies.length, 1);
      await visitor.post("/shop/", {});
      assertEquals(visitor.jar.cookies.length, 0);
    });
  }
}

Deno.test("as in Pyramid: a queue keeps duplicates unless told not to", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.flash("Saved").flash("Saved");
    session.flash("Saved", { allowDuplicate: false });
    session.flash("Saved", { allowDuplicate: false, level: "success" });
  });
  assertEquals(await visitor.read((session) => session.takeFlash("info").length), 2);
  assertEquals(await visitor.read((session) => session.takeFlash("success").length), 1);
});

Deno.test("as in Pyramid: peeking leaves the messages, taking does not, and peeking after finds none", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("Hello"));
  assertEquals(await visitor.read((session) => session.peekFlash().length), 1);
  await visitor.visit((session) => {
    assertEquals(session.takeFlash().length, 1);
    assertEquals(session.peekFlash(), []);
    assertEquals(session.takeFlash(), []);
  });
  assertEquals(await visitor.read((session) => session.peekFlash()), []);
});

Deno.test("unlike Pyramid: messages of all levels stand in one queue, in the order they came", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.flash("one", { level: "error" }).flash("two").flash("three", { level: "error" });
  });
  const texts = (found: readonly { message: string }[]) => found.map(({ message }) => message);
  assertEquals(texts(await visitor.read((session) => session.takeFlash("error"))), [
    "one",
    "three",
  ]);
  await visitor.visit((session) => void session.flash("four", { level: "error" }));
  assertEquals(texts(await visitor.read((session) => session.takeFlash())), ["two", "four"]);
});

Deno.test("as in Pyramid: the token is made once and kept", async () => {
  const visitor = new Visitor(cookieSessions());
  const token = await visitor.read((session) => csrfToken(session));
  await visitor.visit((session) => {
    csrfToken(session);
    assert(verifyCsrfToken(session, token));
  });
  assertEquals(visitor.line, null);
});

Deno.test("unlike Pyramid: the token looks different at each call, and all of them are right", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    const [one, two] = [csrfToken(session), csrfToken(session)];
    assertNotEquals(one, two);
    assert(verifyCsrfToken(session, one) && verifyCsrfToken(session, two));
  });
});

Deno.test("as in Pyramid: a new token replaces the old one", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    const old = csrfToken(session);
    renewCsrfToken(session);
    assertFalse(verifyCsrfToken(session, old));
    assert(verifyCsrfToken(session, csrfToken(session)));
  });
});

interface Sent {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly fields?: Record<string, string>;
}

/** Asks for a token, sends a form, and returns the status. */
async function sendForm(make: (token: string) => Sent): Promise<number> {
  const visitor = visitorOf(({ session }) => html(csrfToken(session)), true);
  const { headers = {}, fields = {}, path = "/" } = make((await visitor.get("/")).text);
  return (await visitor.post(path, fields, { headers })).status;
}

Deno.test("as in Pyramid: the token comes from the field or the header, never from the URL", async () => {
  assertEquals(await sendForm((token) => ({ fields: { csrf_token: token } })), 200);
  assertEquals(await sendForm((token) => ({ headers: { "x-csrf-token": token } })), 200);
  assertEquals(await sendForm((token) => ({ path: `/?csrf_token=${token}` })), 403);
  assertEquals(await sendForm(() => ({})), 403);
});

Deno.test("as in Pyramid: a wrong header is wrong although the field is right", async () => {
  const wrong = { "x-csrf-token": "wrong" };
  assertEquals(await sendForm((token) => ({ headers: wrong, fields: { csrf_token: token } })), 403);
  assertEquals(
    await sendForm((token) => ({
      headers: { "x-csrf-token": token },
      fields: { csrf_token: "x" },
    })),
    200,
  );
});

Deno.test("as in Pyramid: a token beyond ASCII fails without raising", async () => {
  assertEquals(await sendForm(() => ({ fields: { csrf_token: "tökén→😀" } })), 403);
  assertEquals(await sendForm(() => ({ headers: { "x-csrf-token": "t\xf6k\xe9n" } })), 403);
});

/** Whether a form from an origin passes at https://shop.example. */
function passes(
  origin: string | null,
  trustedOrigins: string[] = [],
  url = "https://shop.example/",
) {
  const headers = new Headers(origin === null ? [] : [["origin", origin]]);
  return originGuard({ trustedOrigins })(new Request(url, { method: "POST", headers }));
}

Deno.test("as in Pyramid: forms come from the own origin or a trusted one, port and all", () => {
  assert(passes("https://shop.example"));
  assertFalse(passes("https://evil.example"));
  assertFalse(passes("https://shop.example:8443"));
  assert(passes("https://pay.example:8443", ["https://pay.example:8443"]));
  assertFalse(passes("https://pay.example", ["https://pay.example:8443"]));
  assertFalse(passes("https://pay.example:8444", ["https://pay.example:8443"]));
  assertFalse(passes("http://shop.example"));
  assert(passes("https://shop.example:8443", [], "https://shop.example:8443/"));
});

Deno.test("as in Pyramid: the origin null is nobody's; unlike Pyramid it cannot be trusted", () => {
  assertFalse(passes("null"));
  assertThrows(() => passes("null", ["null"]), RangeError);
});

Deno.test("unlike Pyramid: trusted origins are whole origins, without wildcards", () => {
  for (
    const origin of ["pay.example", ".pay.example", "https://*.pay.example", "https://pay.example/"]
  ) {
    assertThrows(() => passes("https://a", [origin]), RangeError);
  }
});

Deno.test("unlike Pyramid: what says no origin at all is no browser, and passes; http is checked too", () => {
  assert(passes(null));
  assertFalse(passes("http://evil.example", [], "http://shop.example/"));
});

Deno.test("as in Pyramid: GET, HEAD and POST all reach the session and count", async () => {
  const visitor = visitorOf(({ session }) => {
    count(session);
    return html(String(counter(session)));
  });
  await visitor.get("/");
  await visitor.get("/", { method: "HEAD" });
  await visitor.post("/", {});
  assertEquals((await visitor.get("/")).text, "4");
});

Deno.test("unlike Pyramid: a HEAD or a prefetch does not use a message up", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.flash("Hello"));
  await visitor.visit((session) => void session.takeFlash(), { method: "HEAD" });
  await visitor.visit((session) => void session.takeFlash(), {
    headers: { "sec-purpose": "prefetch" },
  });
  assertEquals(await visitor.read((session) => session.takeFlash().length), 1);
});

for (const manner of ["returned", "thrown"]) {
  Deno.test(`as in Pyramid: a redirect that is ${manner} keeps the session`, async () => {
    const visitor = visitorOf(({ session, request }) => {
      if (request.method === "GET") return html(String(counter(session)));
      count(session);
      if (manner === "thrown") throw redirect("/");
      return redirect("/");
    });
    assertEquals((await visitor.post("/", {})).text, "1");
  });
}

Deno.test("as in Pyramid: a page that is not found sets no cookie", async () => {
  const { status, headers } = await visitorOf(() => html("found")).get("/nowhere");
  assertEquals(status, 404);
  assertEquals(headers.getSetCookie(), []);
});

Deno.test("unlike Pyramid: a view that throws after changing the session changes nothing", async () => {
  let fail = false;
  const visitor = visitorOf(({ session }) => {
    count(session);
    if (fail) throw new Error("no");
    return html(String(counter(session)));
  });
  await visitor.get("/");
  fail = true;
  const { status, headers } = await visitor.get("/");
  assertEquals(status, 500);
  assertEquals(headers.getSetCookie(), []);
  fail = false;
  assertEquals((await visitor.get("/")).text, "2");
});

Deno.test("as in Pyramid: a session too large for its cookie fails loudly, nothing is cut off", async () => {
  const visitor = new Visitor(cookieSessions());
  await assertRejects(
    () => visitor.visit((session) => void session.set("a", "x".repeat(5000))),
    SessionSizeError,
  );
});

Deno.test("unlike Pyramid: a change inside a value is refused, not lost until changed() is called", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => void session.set("cart", ["tea"]));
  await visitor.visit((session) => {
    const cart = session.get("cart") as string[];
    assertThrows(() => cart.push("cake"), TypeError);
    session.update("cart", (items) => [...items as string[], "cake"]);
  });
  assertEquals(await visitor.read((session) => session.get("cart")), ["tea", "cake"]);
});

Deno.test("unlike Pyramid: clear() leaves messages and the token; destroy() takes all", async () => {
  const visitor = new Visitor(cookieSessions());
  await visitor.visit((session) => {
    session.set("a", 1).flash("Hello");
    csrfToken(session);
  });
  await visitor.visit((session) => session.clear());
  assertEquals(await visitor.read((session) => [session.size, session.peekFlash().length]), [0, 1]);
  assert(await visitor.read((session) => hasCsrfToken(session)));
  await visitor.visit((session) => session.destroy());
  assertEquals(visitor.cookie, "");
});
