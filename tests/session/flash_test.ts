import type { Session } from "@satchel/satchel";
import { assertEquals } from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, type Values } from "../support/sessions.ts";

async function blank(init: RequestInit = {}): Promise<Session<Values>> {
  return await cookieSessions().load(new Request("http://shop.example/", init));
}

Deno.test("Session.flash() queues in order across levels, peekFlash() leaves all, takeFlash() none", async () => {
  const session = await blank();
  session.flash("one").flash("two", { level: "error" }).flash("three");
  const [one, two, three] = [
    { level: "info", message: "one" },
    { level: "error", message: "two" },
    { level: "info", message: "three" },
  ];
  assertEquals(session.peekFlash(), [one, two, three]);
  assertEquals(session.peekFlash("error"), [two]);
  assertEquals(session.peekFlash(["error", "warning"]), [two]);
  assertEquals(session.takeFlash("error"), [two]);
  assertEquals(session.takeFlash(), [one, three]);
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

Deno.test("Session.flash() drops the oldest of more than 32, but none for a duplicate", async () => {
  const session = await blank();
  for (let index = 0; index <= 32; index++) session.flash(`${index}`);
  const texts = () => session.peekFlash().map(({ message }) => message);
  assertEquals([texts().length, texts()[0], texts().at(-1)], [32, "1", "32"]);
  session.flash("32", { allowDuplicate: false });
  assertEquals([texts().length, texts()[0]], [32, "1"]);
});

Deno.test("Session.flash() converts a message to text", async () => {
  const session = await blank();
  session.flash(42 as unknown as string);
  assertEquals(session.takeFlash(), [{ level: "info", message: "42" }]);
});

Deno.test.each<[what: string, isSeen: boolean, init: RequestInit]>([
  ["a page", true, { headers: { "sec-fetch-dest": "document" } }],
  ["a script's fetch", true, { headers: { "sec-fetch-dest": "empty" } }],
  ["a request of an old browser", true, {}],
  ["a form", true, { method: "POST" }],
  ["a navigation", true, { headers: { "sec-purpose": "navigation", purpose: "" } }],
  ["a HEAD", false, { method: "HEAD" }],
  ["an image", false, { headers: { "sec-fetch-dest": "image" } }],
  ["a frame", false, { headers: { "sec-fetch-dest": "iframe" } }],
  ["a prefetch", false, { headers: { "sec-purpose": "prefetch" } }],
  ["a prerender", false, { headers: { "sec-purpose": "prefetch;prerender" } }],
  ["a prefetch of an old browser", false, { headers: { "sec-purpose": "", purpose: "Prefetch" } }],
  ["a preview", false, { headers: { purpose: "preview" } }],
])("Session.takeFlash() by %s takes the messages away: %s", async (_, isSeen, init) => {
  const session = (await blank(init)).flash("Hello");
  assertEquals([session.takeFlash().length, session.takeFlash().length], [1, isSeen ? 0 : 1]);
});
