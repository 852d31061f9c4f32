/** What has to hold inside of every runtime, without a server: Web APIs alone. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  CookieStore,
  type Session,
  type SessionOptions,
  Sessions,
  SessionSizeError,
} from "../../src/session/mod.ts";
import { Keyring, Sealer } from "../../src/seal/mod.ts";
import {
  createHandler,
  csrfToken,
  html,
  HttpError,
  readForm,
  redirect,
  verifyCsrfToken,
} from "../../src/web/mod.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import vectors from "../seal/token_vectors.json" with { type: "json" };
import { Browser } from "../support/browser.ts";
import {
  checkForm,
  checkRefusal,
  entriesOf,
  FORMS,
  MALFORMED,
  multipart,
} from "../web/multipart_cases.ts";
import type { Check } from "./checks.ts";
import { NEW_SECRET, OLD_SECRET } from "./secrets.ts";

interface Data {
  counter: number;
}

function setUp(options: Partial<SessionOptions<Data>> = {}, secrets = [NEW_SECRET]) {
  const sessions = new Sessions<Data>({ store: new CookieStore({ secrets }), ...options });
  const handler = createHandler<Data>({
    sessions,
    routes: [
      {
        method: "GET",
        path: "/",
        view: ({ session }) => {
          session.update("counter", (counter = 0) => counter + 1);
          return html(String(session.get("counter")));
        },
      },
      {
        method: "POST",
        path: "/greet/:name",
        view: async ({ session, params, form }) => {
          session.flash(`${(await form()).get("greeting")}, ${params.name}`);
          return redirect("/greeting");
        },
      },
      {
        method: "GET",
        path: "/greeting",
        view: ({ session }) => html(session.takeFlash().map(({ message }) => message).join()),
      },
      {
        method: "POST",
        path: "/renew",
        view: ({ session }) => {
          session.regenerate();
          return redirect("/");
        },
      },
      {
        method: "GET",
        path: "/teapot",
        session: false,
        view: () => {
          throw new HttpError(418, "No coffee here");
        },
      },
    ],
  });
  return { sessions, handler, browser: new Browser(handler) };
}

/** The checks by name. */
export const conformance: Readonly<Record<string, Check>> = {
  "token vectors": async () => {
    for (const { secret, purpose, text, token, keyId } of vectors) {
      const sealer = new Sealer(new Keyring([secret]), purpose);
      assertEquals(await sealer.unseal(token), { text, keyId, newest: true });
      const own = await sealer.seal(text);
      const reader = new Sealer(new Keyring([secret]), purpose);
      assertEquals(await reader.unseal(own), { text, keyId, newest: true });
    }
  },
  "forged tokens": async () => {
    for (const { secret, purpose, token } of vectors) {
      const sealer = new Sealer(new Keyring([secret]), purpose);
      const middle = token.length >> 1;
      const changed = token[middle] === "A" ? "B" : "A";
      const forged = token.slice(0, middle) + changed + token.slice(middle + 1);
      assertEquals(await sealer.unseal(forged), { text: null, reason: "forged" });
      const other = new Sealer(new Keyring([secret]), `${purpose}?`);
      assertEquals(await other.unseal(token), { text: null, reason: "forged" });
      const stranger = new Sealer(new Keyring([NEW_SECRET]), purpose);
      assertEquals(await stranger.unseal(token), { text: null, reason: "unknown key" });
      for (const text of ["", token.slice(1), `${token}=`, `${token} `, "€", "A".repeat(200_000)]) {
        assertEquals(await sealer.unseal(text), { text: null, reason: "malformed" });
      }
    }
  },
  "counter": async () => {
    const { browser } = setUp();
    for (const count of ["1", "2", "3"]) assertEquals((await browser.get("/")).text, count);
  },
  "flash": async () => {
    const { browser } = setUp();
    const shown = await browser.post("/greet/J%C3%BCrgen", { greeting: "Grüße" });
    assertEquals(shown.text, "Grüße, Jürgen");
    assertEquals((await browser.get("/greeting")).text, "");
  },
  "CSRF": async () => {
    const { browser, sessions } = setUp();
    const from = "https://evil.example";
    const forged = await browser.post("/greet/you", { greeting: "Hello" }, { from });
    assertEquals(forged.status, 403);
    const session = await sessions.load(new Request("http://localhost/"));
    assert(verifyCsrfToken(session, csrfToken(session)));
    assert(!verifyCsrfToken(session, csrfToken(session).slice(1)));
  },
  "rotation": async () => {
    const { browser } = setUp({}, [OLD_SECRET]);
    await browser.get("/");
    const old = browser.jar.cookies[0]?.value;
    const rotated = new Browser(setUp({}, [NEW_SECRET, OLD_SECRET]).handler, { jar: browser.jar });
    assertEquals((await rotated.get("/greeting")).status, 200);
    assert(browser.jar.cookies[0]?.value !== old, "the cookie is not sealed anew");
    const alone = new Browser(setUp({}, [NEW_SECRET]).handler, { jar: browser.jar });
    assertEquals((await alone.get("/")).text, "2");
  },
  "timeouts": async () => {
    const time = { now: Date.now() };
    const refused: string[] = [];
    const { browser } = setUp({
      idleTimeout: 60,
      absoluteTimeout: 100,
      now: () => time.now,
      onReject: (reason) => refused.push(reason),
    });
    for (
      const [seconds, count] of [[0, "1"], [60, "2"], [61, "1"], [60, "2"], [41, "1"]] as const
    ) {
      time.now += seconds * 1000;
      assertEquals((await browser.get("/")).text, count);
    }
    assertEquals(refused, ["expired", "expired"]);
  },
  "regenerate": async () => {
    const { browser } = setUp();
    await browser.get("/");
    assertEquals((await browser.post("/renew", {})).text, "2");
  },
  "sessions on the server": async () => {
    const { handler, browser } = setUp({ store: new MemoryStore() });
    await browser.get("/");
    const cookie = browser.jar.header("http://localhost/") ?? "";
    const visit = () => handler(new Request("http://localhost/", { headers: { cookie } }));
    const answers = await Promise.all(Array.from({ length: 50 }, visit));
    assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
    assertEquals((await browser.get("/")).text, "52");
    assertEquals((await browser.post("/renew", {})).text, "53");
    assertEquals(await (await visit()).text(), "1"); // the old id is dead
  },
  "too large a session": async () => {
    const { sessions } = setUp();
    const session = await sessions.load(new Request("http://localhost/"));
    session.flash("x".repeat(4096));
    await assertRejects(
      async () => await sessions.commit(session, new Response()),
      SessionSizeError,
    );
  },
  "values that are no JSON": async () => {
    const session = await setUp().sessions.load(new Request("http://localhost/"));
    assertThrows(() => session.set("counter", NaN), TypeError, "counter");
  },
  "immutable responses": async () => {
    const { sessions } = setUp();
    const response = await sessions.handle(new Request("http://localhost/"), (session) => {
      session.set("counter", 1);
      return Response.redirect("http://localhost/next", 303);
    });
    assertEquals(response.status, 303);
    assertEquals(response.headers.get("location"), "http://localhost/next");
    assertMatch(response.headers.getSetCookie().join(), /^session=.+; HttpOnly; SameSite=Lax/);
  },
  "constant answers": async () => {
    const { sessions } = setUp();
    const shared = new Headers({ "x-shop": "1" });
    const home = new Response(null, { status: 303, headers: shared });
    const answers = {
      home: () => home,
      page: () => html("Hi", { headers: shared }),
      text: () => new Response("Hi", { headers: shared }),
      json: () => Response.json({}, { headers: shared }),
    };
    for (const [name, answer] of Object.entries(answers)) {
      for (const use of ["set", "get", "set", "get"]) {
        const response = await sessions.handle(new Request("http://localhost/"), (session) => {
          if (use === "set") session.set("counter", 1);
          else session.get("counter");
          return answer();
        });
        assertEquals(response.headers.getSetCookie().length, use === "set" ? 1 : 0, name);
        assertEquals(response.headers.get("vary"), "Cookie", name);
        assertEquals(await response.text(), { home: "", json: "{}" }[name] ?? "Hi");
      }
      for (const headers of [shared, home.headers]) {
        assertEquals([...headers], [["x-shop", "1"]], name);
      }
    }
  },
  "forms": async () => {
    const { handler } = setUp();
    const send = (body: BodyInit, headers: HeadersInit = {}) =>
      handler(new Request("http://localhost/greet/you", { method: "POST", body, headers }));
    const form = new FormData();
    form.set("greeting", "Hello");
    assertEquals((await send(form)).status, 303);
    assertEquals((await send("{}", { "content-type": "application/json" })).status, 415);
    const large = new URLSearchParams({ greeting: "x".repeat(2 ** 20) });
    assertEquals((await send(large)).status, 413);
  },
  "multipart forms": async () => {
    for (const form of FORMS) await checkForm(form);
    for (const body of MALFORMED) await checkRefusal(body);
    const body = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(3) + "--x--";
    await checkRefusal({ what: "three fields", body }, 413, { maxFields: 2 });
    assertEquals([...await readForm(multipart({ body }), { maxFields: 3 })].length, 3);
  },
  "multipart forms of the runtime": async () => {
    // What all of them send as the HTML standard says: not so quotes, backslashes and no name.
    const names = ["a; name=item; x=.txt", "a=b", "é€😀", "__proto__"];
    const sent = new FormData();
    for (const name of names) {
      sent.append(name, ` ${name}`);
      sent.append("file", new File([name], name, { type: "image/png" }));
    }
    const request = new Request("http://localhost/", { method: "POST", body: sent });
    assertEquals(await entriesOf(await readForm(request)), await entriesOf(sent));
  },
  "urlencoded forms": async () => {
    const read = async (text: string, maxFields?: number) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const body = new TextEncoder().encode(text);
      const request = new Request("http://localhost/", { method: "POST", body, headers });
      return [...await readForm(request, { maxFields })];
    };
    assertEquals(await read("?a=%C3%A9+%&&b=%zz%FF&=\ufeff"), [
      ["?a", "é %"],
      ["b", "%zz\ufffd"],
      ["", "\ufeff"],
    ]);
    assertEquals((await read("&a&b&", 2)).length, 2);
    const error = await assertRejects(() => read("a&b&c", 2), HttpError, "The form has 3 fields");
    assertEquals(error.status, 413);
  },
  "CSRF before the body": async () => {
    const { sessions } = setUp();
    const view = ({ session }: { session: Session<Data> }) => html(csrfToken(session));
    const routes = [{ method: "POST", path: "/", view }];
    const handler = createHandler<Data>({ sessions, csrf: true, routes });
    let pulled = 0;
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const init = { method: "POST", body, headers, duplex: "half" };
    const response = await handler(new Request("http://localhost/", init));
    assertEquals([response.status, pulled], [403, 0]);
  },
  "error pages": async () => {
    const { handler } = setUp();
    const accept = "application/json";
    const teapot = await handler(new Request("http://localhost/teapot", { headers: { accept } }));
    assertEquals(teapot.status, 418);
    assertEquals(teapot.headers.get("content-type"), "application/problem+json");
    assertEquals((await teapot.json()).detail, "No coffee here");
    assertEquals((await handler(new Request("http://localhost/nowhere"))).status, 404);
    assertEquals(
      (await handler(new Request("http://localhost/teapot", { method: "PUT" }))).status,
      405,
    );
  },
};
