import { MemoryStore } from "@satchel/satchel/stores/memory";
import { KvStore } from "@satchel/satchel/stores/kv";
import { listSessions } from "@satchel/satchel/stores/server";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SessionStore } from "../../src/session/mod.ts";
import { Browser, messagesIn, tokenIn } from "../support/browser.ts";
import { site } from "../support/site.ts";

const ORIGIN = "http://localhost";
/** What a browser says of a form that the visitor sends, and an old one does not. */
const CLICKED = {
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "sec-fetch-user": "?1",
};
const BY_SCRIPT = { ...CLICKED, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };

const kv = await Deno.openKv(":memory:");
Deno.test.afterAll(() => kv.close());
const STORES: Record<string, () => SessionStore | undefined> = {
  memory: () => new MemoryStore(),
  kv: () => new KvStore(kv),
  cookie: () => undefined,
};

/** A visitor in front of a form, which they can send several times before an answer arrives. */
async function visitorAt(store: SessionStore | undefined, path: string, signedIn = false) {
  const { browser, errors, handler } = site(store === undefined ? {} : { store });
  await browser.submit("/cart", "/cart", { item: "Tea" });
  if (signedIn) await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  const csrf_token = tokenIn(await browser.get(path));
  const cookie = browser.jar.header(ORIGIN) ?? "";
  /** Sends the form of the page as it is; nobody sees the answer yet. */
  const click = async (
    action: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = CLICKED,
  ): Promise<Response> => {
    const body = new URLSearchParams({ ...fields, csrf_token });
    const init = { method: "POST", body, headers: { ...headers, cookie } };
    return await handler(new Request(ORIGIN + action, init));
  };
  return { browser, errors, click, csrf_token, handler };
}

for (const [name, open] of Object.entries(STORES)) {
  for (const headers of [CLICKED, {}]) {
    const sender = "sec-fetch-mode" in headers ? "browser" : "browser without Fetch Metadata";

    Deno.test(`two clicks on "Sign in" end signed in, from a ${sender}, in the ${name} store`, async () => {
      const { browser, errors, click } = await visitorAt(open(), "/sign-in");
      const answers = [
        await click("/sign-in", { name: "Ada" }, headers),
        await click("/sign-in", { name: "Ada" }, headers),
      ];
      assertEquals(answers.map(({ status }) => status), [303, 303]);
      for (const answer of answers) { // whichever the browser takes last
        browser.keep(answer);
        assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
      }
      assertEquals(errors, []);
    });

    Deno.test(`a lost answer to "Sign in" is made up for by sending it again, from a ${sender}, in the ${name} store`, async () => {
      const { browser, errors, click } = await visitorAt(open(), "/sign-in");
      await click("/sign-in", { name: "Ada" }, headers);
      // The page stays as it is, or the visitor loads it again.
      browser.keep(await click("/sign-in", { name: "Ada" }, headers));
      assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
      assertEquals(errors, []);
    });
  }

  Deno.test(`a page that is loaded again after a lost answer signs in, in the ${name} store`, async () => {
    const { browser, click } = await visitorAt(open(), "/sign-in");
    await click("/sign-in", { name: "Ada" });
    const csrf_token = tokenIn(await browser.get("/sign-in"));
    const page = await browser.post("/sign-in", { name: "Ada", csrf_token });
    assertStringIncludes(page.text, "You are Ada.");
    assertEquals(messagesIn(page), ["Welcome, Ada."]);
  });

  Deno.test(`two clicks on "Sign out" end signed out, in the ${name} store`, async () => {
    const { browser, errors, click } = await visitorAt(open(), "/sign-in", true);
    const answers = [await click("/sign-out"), await click("/sign-out")];
    assertEquals(answers.map(({ status }) => status), [303, 303]);
    browser.keep(answers[1] ?? new Response()); // the first answer never arrived
    const page = await browser.get("/sign-in");
    assertEquals(messagesIn(page), ["You are signed out."]);
    assert(!page.text.includes("You are Ada"));
    assertEquals(errors, []);
  });

  Deno.test(`a second click on the page of before, when the answer has come, shows what is done, in the ${name} store`, async () => {
    const { browser, errors, click, csrf_token } = await visitorAt(open(), "/sign-in");
    browser.keep(await click("/sign-in", { name: "Ada" }));
    const value = browser.cookie("session");
    const again = await browser.post("/sign-in", { name: " Ada ", csrf_token });
    assertEquals(again.status, 200);
    assertStringIncludes(again.text, "You are Ada.");
    if (name !== "cookie") assertEquals(browser.cookie("session"), value, "nothing was done twice");

    // Anything else is sent again with a fresh token, and not obeyed before.
    for (const [action, fields] of [["/sign-in", { name: "Eve" }], ["/sign-out", {}]] as const) {
      const refused = await browser.post(action, { ...fields, csrf_token });
      assertEquals(refused.status, 403);
      assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
      if (action === "/sign-in") continue;
      const sent = await browser.submit(refused, action);
      assertStringIncludes(sent.text, "<h1>Sign in</h1>");
    }
    assertEquals(errors, []);
  });

  Deno.test(`a second click on "Sign out", when the answer has come, shows what is done, in the ${name} store`, async () => {
    const { browser, errors, click, csrf_token } = await visitorAt(open(), "/sign-in", true);
    browser.keep(await click("/sign-out"));
    const again = await browser.post("/sign-out", { csrf_token });
    assertEquals([again.status, messagesIn(again)], [200, ["You are signed out."]]);
    assertEquals(errors, []);
  });

  if (name === "cookie") continue;

  Deno.test(`a script's form with a retired id stores nothing, in the ${name} store`, async () => {
    const { browser, click } = await visitorAt(open(), "/sign-in");
    browser.keep(await click("/sign-in", { name: "Ada" }));
    for (const [action, fields] of [["/sign-in", { name: "Eve" }], ["/cart", { item: "X" }]]) {
      const answer = await click(String(action), fields as Record<string, string>, BY_SCRIPT);
      assert([403, 409].includes(answer.status), `${answer.status}`);
      assertEquals(answer.headers.getSetCookie(), []);
    }
    assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
  });

  Deno.test(`a sign-out with the id of before the sign-in ends the session, in the ${name} store`, async () => {
    const { browser, click } = await visitorAt(open(), "/sign-in");
    browser.keep(await click("/sign-in", { name: "Ada" }));
    assertEquals((await click("/sign-out")).status, 303);
    assert(!(await browser.get("/sign-in")).text.includes("You are Ada"));
  });

  Deno.test(`a token of a session that was planted is worth nothing after a sign-in, in the ${name} store`, async () => {
    const { browser, click, handler } = await visitorAt(open(), "/sign-in");
    const planted = tokenIn(await browser.get("/sign-in"));
    browser.keep(await click("/sign-in", { name: "Ada" }));
    for (const fetchMetadata of [true, false]) {
      const tab = new Browser(handler, { jar: browser.jar, fetchMetadata });
      const { status } = await tab.post("/sign-out", { csrf_token: planted });
      assertEquals(status, 403);
    }
    assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
  });
}

Deno.test("a visitor ends one of their sessions, and only that one", async () => {
  const store = new MemoryStore();
  const { handler, sessions, browser: desk } = site({ store });
  const named = (label: string) => new Browser(handler, { headers: { "user-agent": label } });
  const [phone, tablet] = [named("Phone"), named("Tablet")];
  for (const browser of [desk, phone, tablet]) {
    await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  }
  const form = await desk.get("/sign-in");
  const handles = [...form.text.matchAll(/name="handle" value="([^"]+)"/g)].map(([, it]) => it);
  const [own = ""] = (await listSessions(sessions, "Ada"))
    .flatMap(({ handle }) => handles.includes(handle) ? [] : [handle]);
  const csrf_token = tokenIn(form);
  await desk.post("/sign-in/end", { handle: own, csrf_token }); // no button sends that
  const page = await desk.press(await desk.get("/sign-in"), /^End Phone/);
  assertEquals(messagesIn(page), ["The session was ended."]);
  assertStringIncludes((await phone.get("/sign-in")).text, "<h1>Sign in</h1>");
  for (const browser of [desk, tablet]) {
    assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
  }
});
