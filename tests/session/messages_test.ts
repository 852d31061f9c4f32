/** What a flash message may be: text, or JSON where the application says so. */
import { type FlashOptions, type Session, Sessions } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { createHandler, csrfToken, html, type View } from "@satchel/satchel/web";
import { assertEquals, assertThrows } from "@std/assert";
import { decodeRecord, encodeRecord } from "../../src/session/record.ts";
import { Browser } from "../support/browser.ts";
import { cookieSessions, type Values } from "../support/sessions.ts";

function blank(): Session<Values> | Promise<Session<Values>> {
  return cookieSessions().load(new Request("http://shop.example/"));
}

Deno.test.each<[what: string, message: unknown]>([
  ["object", {}],
  ["object", { text: "Hello" }],
  ["object", ["Hello"]],
  ["object", null],
  ["object", new String("Hello")],
  ["number", 42],
  ["boolean", true],
  ["undefined", undefined],
  ["function", () => "Hello"],
])("Session.flash() refuses a message that is not text: %s", async (type, message) => {
  const session = await blank();
  assertThrows(
    () => session.flash(message as string),
    TypeError,
    `Cannot queue a message of type ${type} with options {}: write flash("text", ` +
      '{ level: "error" }), or let jsonMessages allow JSON',
  );
  assertEquals(session.peekFlash(), []);
});

Deno.test.each<unknown>([
  "error",
  "",
  ["error"],
  null,
  1,
  true,
  { type: "error" },
  { level: "error", kind: "x" },
  { level: 1 },
  { level: null },
  { level: ["error"] },
])("Session.flash() refuses the options %j, and says what to write", async (options) => {
  const session = await blank();
  assertThrows(
    () => session.flash("Hello", options as FlashOptions),
    TypeError,
    `Cannot queue a message of type string with options ${JSON.stringify(options)}: write ` +
      'flash("text", { level: "error" })',
  );
  assertEquals(session.peekFlash(), []);
});

Deno.test("Session.flash() takes the options that it has, undefined ones as well", async () => {
  const session = await blank();
  session.flash("").flash("a", {}).flash("b", undefined);
  session.flash("c", { level: undefined, allowDuplicate: undefined }).flash("d", { level: "" });
  assertEquals(session.peekFlash().map(({ level }) => level), ["info", "info", "info", "info", ""]);
});

/** A message with a link, as an application may want it. */
interface Notice {
  text: string;
  undo?: { href: string };
}

type Data = { counter: number };

const NOTICE = { text: "Removed.", undo: { href: "/undo" } };

Deno.test("Sessions with jsonMessages keep messages of the application's own type", async () => {
  const store = new MemoryStore();
  const sessions = new Sessions<Data, Notice>({ store, jsonMessages: true });
  const view: View<Data, Notice> = ({ session, request }) => {
    if (request.method === "POST") {
      session.flash(NOTICE).flash(NOTICE, { allowDuplicate: false }).flash({ text: "Again." }, {
        level: "error",
        allowDuplicate: false,
      });
      return html(csrfToken(session));
    }
    const href: (string | undefined)[] = session.takeFlash().map(({ message }) =>
      message.undo?.href
    );
    return Response.json(href);
  };
  const routes = ["GET", "POST"].map((method) => ({ method, path: "/", view }));
  const browser = new Browser(createHandler({ sessions, routes }));
  await browser.fetch("/", { method: "POST" });
  assertEquals(await (await browser.fetch("/")).json(), ["/undo", null]);
  assertEquals(await (await browser.fetch("/")).json(), []);
});

Deno.test("Session.peekFlash() hands out JSON that is frozen, and no other's", async () => {
  const sessions = new Sessions<Data, Notice>({ store: new MemoryStore(), jsonMessages: true });
  const browser = new Browser((request) =>
    sessions.handle(request, (session) => {
      if (session.isNew) session.flash(NOTICE);
      const [found] = session.peekFlash();
      assertThrows(() => Object.assign(found?.message.undo ?? {}, { href: "/evil" }), TypeError);
      return Response.json(found?.message ?? null);
    })
  );
  for (let visit = 0; visit < 2; visit++) {
    assertEquals(await (await browser.fetch("/")).json(), NOTICE);
  }
  assertEquals(Object.isFrozen(NOTICE), false);
});

Deno.test("Session.flash() refuses a message that is not JSON, with jsonMessages as well", async () => {
  const sessions = new Sessions<Data, Notice>({ store: new MemoryStore(), jsonMessages: true });
  const session = await sessions.load(new Request("http://shop.example/"));
  const flash = (message: unknown) => () => session.flash(message as Notice);
  const at = "Cannot store session value at message";
  assertThrows(flash({ text: new Date(0) }), TypeError, `${at}.text: a Date is not JSON`);
  assertThrows(flash(undefined), TypeError, `${at}: undefined is not JSON`);
});

Deno.test("messages of text are written as ever, and old records are read", () => {
  const text = '[1,0,{},["info","Hello","error","42"]]';
  const record = decodeRecord(text);
  assertEquals(record?.flash, [{ level: "info", message: "Hello" }, {
    level: "error",
    message: "42",
  }]);
  assertEquals(record && encodeRecord(record), text);
  for (const odd of ['[1,0,{},["info"]]', '[1,0,{},[1,"Hello"]]', '[1,0,{},[{},"Hello"]]']) {
    assertEquals(decodeRecord(odd), null, odd);
  }
});

Deno.test("the types of messages: each of these lines must compile or not", async () => {
  const store = new MemoryStore();
  const json = new Sessions<Data, Notice>({ store, jsonMessages: true });
  const request = new Request("http://shop.example/");
  const typed = await json.load(request);
  const text = await new Sessions<Data>({ store }).load(request);
  const compiled = (): void => {
    typed.flash({ text: "Hello" });
    text.flash("Hello");
    const first: string | undefined = typed.peekFlash()[0]?.message.text;
    const words: string[] = text.peekFlash().map(({ message }) => message);
    // @ts-expect-error: a message is a notice
    typed.flash("Hello");
    // @ts-expect-error: a notice has a text
    typed.flash({ undo: { href: "/" } });
    // @ts-expect-error: a message is text
    text.flash({ text: "Hello" });
    // @ts-expect-error: the level is an option
    text.flash("Hello", "error");
    // @ts-expect-error: there is no such option
    text.flash("Hello", { type: "error" });
    // @ts-expect-error: messages that are not text need jsonMessages
    new Sessions<Data, Notice>({ store });
    void [first, words];
  };
  assertEquals(typeof compiled, "function");
});
