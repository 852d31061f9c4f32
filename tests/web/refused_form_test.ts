/** A form whose token is missing or wrong: what its sender gets back, and who gets nothing. */
import { CookieStore, Sessions, type SessionStore } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import {
  csrfToken,
  type HandlerOptions,
  html,
  type Problem,
  recallForm,
  redirect,
  rememberForm,
  type View,
} from "@satchel/satchel/web";
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { Browser } from "../support/browser.ts";
import { TestClock } from "@satchel/satchel/testing";
import { SECRET } from "../support/secrets.ts";
import type { Values } from "../support/sessions.ts";
import { appOf, ORIGIN } from "./app.ts";

const OWN = { "sec-fetch-site": "same-origin" };
const URLENCODED = "application/x-www-form-urlencoded";

interface Setting {
  readonly options?: Partial<HandlerOptions<Values>>;
  readonly store?: SessionStore;
}

/** An application that shows what was sent to it, and a browser with a page of it. */
async function shop(
  { options = {}, store = new CookieStore({ secrets: [SECRET] }) }: Setting = {},
) {
  const clock = new TestClock();
  const refused: string[] = [];
  const view: View<Values> = async ({ session, request, form }) => {
    if (request.method === "GET") return html(csrfToken(session));
    const entries = [...await form()].filter(([name]) => name !== "csrf_token");
    session.set("sent", entries.map(([name, value]) => `${name}=${value}`));
    return html(JSON.stringify(entries));
  };
  const sessions = new Sessions<Values>({ store, now: clock.now });
  const app = appOf(view, {
    sessions,
    csrf: true,
    onRefuse: (reason) => refused.push(reason),
    routes: ["GET", "POST", "PUT"].map((method) => ({ method, path: "/*", view })),
    ...options,
  });
  const token = await (await app.browser.fetch("/")).text();
  /** Sends a body as it is, with these headers alone, and keeps cookies. */
  const send = async (
    body: BodyInit | null,
    headers: HeadersInit = OWN,
    path = "/",
    method = "POST",
  ) => {
    const cookie = app.browser.jar.header(ORIGIN);
    const init = { method, body, headers: { ...cookie && { cookie }, ...headers } };
    return app.browser.keep(await app.handler(new Request(ORIGIN + path, init)));
  };
  return { ...app, clock, refused, send, token };
}

/** The form of a page as a browser reads it: its address, its hidden fields, its other controls. */
function formIn(text: string) {
  const unescape = (text = "") =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  const [, attributes, content = ""] = /<form method="post" ([^>]*)>(.*?)<\/form>/s.exec(text) ??
    [];
  return {
    action: unescape(/action="([^"]*)"/.exec(attributes ?? "")?.[1]),
    enctype: /enctype="([^"]*)"/.exec(attributes ?? "")?.[1] ?? URLENCODED,
    hidden: Array.from(
      content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g),
      ([, name, value]): [string, string] => [unescape(name), unescape(value)],
    ),
    asked: Array.from(
      content.matchAll(/<(?:input type="(?:password|file)"|textarea) name="([^"]*)"/g),
      ([, name]) => unescape(name),
    ),
    buttons: Array.from(content.matchAll(/<button>(.*?)<\/button>/g), ([, label]) => label),
  };
}

const TYPED = { item: "tea & <milk>", note: "two\r\nlines", "q[]": "ü😀" };

const CASES: Record<
  string,
  [reason: string, meanwhile: (app: Awaited<ReturnType<typeof shop>>) => unknown]
> = {
  "expired while its page was open": ["no-session", ({ clock }) => clock.advance(1201)],
  "ended with its browser, or cookies are off": [
    "no-cookies",
    ({ browser }) => browser.jar.clear(),
  ],
  "was begun in another tab meanwhile": ["token", async ({ browser, handler }) => {
    const other = new Browser(handler, { origin: ORIGIN });
    await other.fetch("/");
    browser.jar.clear();
    browser.jar.storeLine(ORIGIN, other.line ?? "");
  }],
  "came with a token of nonsense": ["token", () => {}],
};

for (const make of [() => new CookieStore({ secrets: [SECRET] }), () => new MemoryStore()]) {
  for (const [what, [reason, meanwhile]] of Object.entries(CASES)) {
    Deno.test(`createHandler() gives a form back whose session ${what}, in the ${make().name} store`, async () => {
      const app = await shop({ store: make() });
      await meanwhile(app);
      const csrf_token = what.includes("nonsense") ? "A".repeat(86) : app.token;
      const answer = await app.send(
        new URLSearchParams({ csrf_token, ...TYPED }),
        OWN,
        "/cart?a=1&b=2",
      );
      assertEquals(answer.status, 403);
      assertEquals(app.refused, [reason]);
      const text = await answer.text();
      assertStringIncludes(text, "<title>Please send that once more</title>");
      assertStringIncludes(text, "<h1>Please send that once more</h1>");
      assertEquals(/cookie/i.test(text), reason === "no-cookies");
      const { action, hidden: [field, ...rest], buttons } = formIn(text);
      assertEquals([action, field?.[0], buttons], ["/cart?a=1&b=2", "csrf_token", ["Send again"]]);
      assertEquals(rest, Object.entries(TYPED));
      assert(field?.[1] !== app.token);

      const again = await app.send(new URLSearchParams([field ?? [], ...rest]), OWN, action);
      assertEquals([again.status, await again.json()], [200, Object.entries(TYPED)]);
      assertEquals(app.errors, []);
    });
  }
}

Deno.test("a form that is given back is stored by no cache, runs no script and stands in no frame", async () => {
  const { send } = await shop();
  const { headers } = await send(new URLSearchParams(TYPED));
  assertEquals(headers.get("cache-control"), "no-store");
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("content-disposition"), null);
  const policy = headers.get("content-security-policy") ?? "";
  for (
    const rule of [
      "default-src 'none'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]
  ) {
    assertStringIncludes(policy, rule);
  }
  assertFalse(policy.includes("script-src"));
});

/** Senders that prove that a page of this origin sent the form. */
const PROOFS: HeadersInit[] = [
  OWN,
  { ...OWN, origin: ORIGIN },
  { origin: ORIGIN },
  { origin: ORIGIN, "sec-fetch-site": "none" },
];
const NO_PROOFS: HeadersInit[] = [
  {},
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "none", origin: "null" },
  { "sec-fetch-site": "same-site", origin: "https://pay.example" },
  { "sec-fetch-site": "cross-site", origin: "https://pay.example" },
  { origin: "https://pay.example" },
  { referer: `${ORIGIN}/` },
];

Deno.test.each(PROOFS)(
  "createHandler() gives a form back to a page of this origin: %j",
  async (headers) => {
    const { send } = await shop();
    const text = await (await send(new URLSearchParams(TYPED), headers)).text();
    assertEquals(formIn(text).hidden.slice(1), Object.entries(TYPED));
  },
);

Deno.test.each(NO_PROOFS)(
  "createHandler() gives nothing back without proof of the origin: %j",
  async (headers) => {
    const { send, refused, browser } = await shop({
      options: { trustedOrigins: ["https://pay.example"] },
    });
    for (const cookies of ["some", "none"]) {
      if (cookies === "none") browser.jar.clear();
      const answer = await send(new URLSearchParams({ item: "sentinel" }), headers);
      assertEquals([answer.status, answer.headers.getSetCookie()], [403, []]);
      const text = await answer.text();
      assertFalse(/<form|sentinel|csrf_token/.test(text));
      assertStringIncludes(text, "Go back, load the page again, and send it once more");
    }
    assertEquals(refused, ["token", "no-cookies"]);
  },
);

Deno.test.each<HeadersInit>([
  { "sec-fetch-site": "cross-site", origin: ORIGIN },
  { "sec-fetch-site": "same-site", origin: ORIGIN },
  { origin: "https://evil.example" },
  { origin: "null" },
])("createHandler() calls %j cross-site, and gives nothing back", async (headers) => {
  const problems: Problem[] = [];
  const errorPage = (problem: Problem) => `${problems.push(problem)}`;
  const { send, refused } = await shop({ options: { errorPage } });
  assertEquals((await send(new URLSearchParams({ item: "sentinel" }), headers)).status, 403);
  assertEquals(refused, ["cross-site"]);
  assertEquals([problems[0]?.reason, problems[0]?.form], ["cross-site", undefined]);
});

/** Texts that would be more than text, if a page took them as they are. */
const HOSTILE = [
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '" autofocus onfocus="alert(1)',
  "</form><form action=https://evil.example>",
  "&quot;&#34;&lt;script&gt;",
  "javascript:alert(1)",
  "<!--",
  "]]>",
  "</textarea></title></style>",
];

Deno.test("a form that is given back is text, whatever its names, values and address are", async () => {
  const { send } = await shop();
  const pairs = HOSTILE.flatMap((text) => [[text, "x"], ["note", text], [text, text]]);
  const path = `/x?"><script>alert(1)</script>&'=<b>`;
  const answer = await send(new URLSearchParams(pairs), OWN, path);
  const text = await answer.text();
  const { action, hidden } = formIn(text);
  assertEquals(hidden.slice(1), pairs as [string, string][]);
  assertEquals(new URL(action, ORIGIN).href, new URL(path, ORIGIN).href);
  assertFalse(
    /<(?:script|img|b)\b|evil.example>|<[^>]+\son\w+=(?![^<]*">)/i.test(
      text.replace(/"[^"]*"/g, '""'),
    ),
  );
  assertEquals([...text.matchAll(/<form/g)].length, 1);
});

Deno.test("the name of a file that is not given back is text", async () => {
  const { send } = await shop();
  const body = new FormData();
  body.set('"><script>', new File(["x"], "<script>alert(1)<.png"));
  const text = await (await send(body)).text();
  assertFalse(text.includes("<script"));
  assertStringIncludes(text, "&lt;script&gt;alert(1)&lt;.png");
});

Deno.test.each(["//evil.example/x", "/\\evil.example/x", "/.//evil.example"])(
  "a form that is given back is sent to this site, from the path %s as well",
  async (path) => {
    const { send } = await shop();
    const answer = await send(new URLSearchParams({ item: "tea" }), OWN, path);
    const { action } = formIn(await answer.text());
    const { origin, href } = new URL(action, `${ORIGIN}/cart`);
    assertEquals([origin, href], [ORIGIN, new URL(ORIGIN + path).href]);
  },
);

/** Names of fields that a page should not show again. */
const SECRETS = `
  password new_password passwordAgain pass user[pwd] clientSecret otp totp-code cardNumber card_number
  cvc CVV2 pin iban pw api_key apiKey cc-number cc mfa_code private_key security_answer email_token
  code 2fa p1n passw0rd ssn[0] new current user[new][key] name.secret messagePIN phone_code email_hash
  state_nonce kennwort motDePasse mot_de_passe contraseña пароль пароль_name na\u200bme_pin ｐａｓｓｗｏｒｄ
  pässwort pass\u00adword authorization auth session_id card tan sid
`.trim().split(/\s+/);

Deno.test.each(SECRETS)("a form that is given back asks again for %j", async (name) => {
  const { send } = await shop();
  const text = await (await send(new URLSearchParams([["item", "tea"], [name, "hunter2"]]))).text();
  assertFalse(text.includes("hunter2"));
  const { hidden, asked } = formIn(text);
  assertEquals([hidden.slice(1), asked], [[["item", "tea"]], [name]]);
  assertStringIncludes(text, "Type it again");
});

/** Names of fields that hold no secret, though no list of words has them all. */
const HARMLESS = `
  item name email favourite_dish essay body title post_id _method return_to id step agree author
  author_id passenger passengers[0].name passage secretary keyboard pinned spin compass_x footprint
  monkey discard coder scanner gift_wrap prénom hôtel 0 12
`.trim().split(/\s+/);

Deno.test.each(HARMLESS)("a form that is given back keeps %j", async (name) => {
  const { send } = await shop();
  const { hidden, asked } = formIn(await (await send(new URLSearchParams([[name, "x"]]))).text());
  assertEquals([hidden.slice(1), asked], [[[name, "x"]], []]);
});

Deno.test("a form that is given back asks for each secret, on lines if it has some, and for none that is empty", async () => {
  const { send } = await shop();
  const body = new URLSearchParams([["pin", "1"], ["pin", "2"], ["private_key", "a\r\nb"], [
    "pw",
    "",
  ]]);
  const text = await (await send(body)).text();
  const { hidden, asked } = formIn(text);
  assertEquals([hidden.slice(1), asked], [[["pw", ""]], ["pin", "pin", "private_key"]]);
  assertStringIncludes(text, '<textarea name="private_key" required></textarea>');
  for (const label of ["<label>pin <input", "<label>private key <textarea"]) {
    assertStringIncludes(text, label);
  }
});

Deno.test("a form that is given back says which files it has not kept, and asks for them", async () => {
  const { send } = await shop();
  const body = new FormData();
  body.set("item", "tea");
  body.append("photo", new File(["abc"], "me.png"));
  body.append("photo", new File(["abc"], "you.png"));
  body.append("empty", new File([], ""));
  const text = await (await send(body)).text();
  const { enctype, hidden, asked } = formIn(text);
  assertEquals([enctype, hidden.slice(1), asked], ["multipart/form-data", [["item", "tea"]], [
    "photo",
  ]]);
  assertStringIncludes(
    text,
    '<label>photo: me.png, you.png <input type="file" name="photo" multiple>',
  );
  assertStringIncludes(text, "Files were not kept. Choose them again");
  assertFalse(text.includes("abc"));
});

Deno.test("a form that is given back carries no other token of a request", async () => {
  const { send } = await shop();
  const body = new URLSearchParams([
    ["csrf_token", "old"],
    ["csrf_token", "older"],
    ["_xsrf", "x"],
    ["item", "tea"],
  ]);
  const text = await (await send(body)).text();
  assertEquals(formIn(text).hidden.map(([name]) => name), ["csrf_token", "item"]);
  assertFalse(/old|_xsrf/.test(text));
});

Deno.test("a form is given back up to 262,144 characters of names and texts, and else no part of it", async () => {
  const { send } = await shop();
  for (const [length, isKept] of [[262_140, true], [262_141, false]] as const) {
    const answer = await send(new URLSearchParams({ text: "x".repeat(length) }));
    assertEquals(answer.status, 403);
    const text = await answer.text();
    assertEquals([text.includes("<form"), text.length > 10_000], [isKept, isKept]);
    assertEquals(text.includes("Go back, load the page again"), !isKept);
  }
});

Deno.test("a form that is larger than the handler takes is not read for being given back", async () => {
  const { send, browser } = await shop({ options: { maxBodySize: 100, maxFields: 3 } });
  browser.jar.clear();
  assertEquals((await send(new URLSearchParams({ text: "x".repeat(200) }))).status, 413);
  assertEquals((await send("a=&b=&c=&d=", { ...OWN, "content-type": URLENCODED })).status, 413);
});

Deno.test.each<[what: string, body: string | null, headers: Record<string, string>]>([
  ["JSON", '{"item":"sentinel"}', { "content-type": "application/json" }],
  ["JSON and a wrong token in the header", "{}", {
    "content-type": "application/json",
    "x-csrf-token": "A".repeat(86),
  }],
  ["a form and a wrong token in the header", "item=sentinel", {
    "content-type": URLENCODED,
    "x-csrf-token": "A",
  }],
  ["plain text", "item=sentinel", { "content-type": "text/plain" }],
  ["bytes", "sentinel", { "content-type": "" }],
  ["nothing", null, {}],
])("createHandler() answers 403 to %s, and names the header", async (_, body, headers) => {
  const { send, browser, refused } = await shop();
  for (const accept of ["application/json", "*/*"]) {
    for (const cookies of ["some", "none"]) {
      if (cookies === "none") browser.jar.clear();
      const answer = await send(body, { ...OWN, accept, ...headers });
      assertEquals([answer.status, answer.headers.getSetCookie()], [403, []]);
      const text = await answer.text();
      assertStringIncludes(text, "in the header x-csrf-token");
      assertFalse(/<form|sentinel/.test(text));
      if (accept === "*/*") continue;
      const { reason, title } = JSON.parse(text);
      assertEquals([reason, title], [refused.at(-1), "Forbidden"]);
    }
  }
});

Deno.test("createHandler() gives a form back to nobody who wants JSON, nor for another method", async () => {
  const { send } = await shop();
  const json = await send(new URLSearchParams(TYPED), { ...OWN, accept: "application/json" });
  assertEquals([json.status, (await json.json()).reason], [403, "token"]);
  const put = await send(new URLSearchParams(TYPED), OWN, "/", "PUT");
  assertEquals([put.status, (await put.text()).includes("<form")], [403, false]);
});

Deno.test("createHandler() lets the application show the form that it gives back in its own page", async () => {
  const problems: Problem[] = [];
  const errorPage = (problem: Problem) => `<main>${problems.push(problem)}${problem.form}</main>`;
  const { send } = await shop({ options: { errorPage } });
  const answer = await send(new URLSearchParams(TYPED));
  assertEquals(formIn(await answer.text()).hidden.slice(1), Object.entries(TYPED));
  const [{ status, title, reason } = {}] = problems as Partial<Problem>[];
  assertEquals([status, title, reason], [403, "Please send that once more", "token"]);
});

Deno.test("createHandler() answers 500 where the application's own page fails, and gives nothing back", async () => {
  const { send, errors } = await shop({
    options: {
      errorPage() {
        throw new Error("a mistake");
      },
    },
  });
  const answer = await send(new URLSearchParams(TYPED));
  assertEquals([answer.status, String(errors[0])], [500, "Error: a mistake"]);
});

Deno.test("onFormExpired() answers instead, with the visitor's session and what was typed", async () => {
  const reasons: string[] = [];
  const { send, browser, refused, handler, clock } = await shop({
    options: {
      async onFormExpired({ session, form }, reason) {
        reasons.push(reason);
        rememberForm(session, "cart", { values: await form(), errors: { item: "Once more." } });
        return redirect("/cart");
      },
      routes: [{
        method: "GET",
        path: "/cart",
        view: ({ session }) => html(recallForm(session, "cart").value("item") ?? ""),
      }, { method: "POST", path: "/cart", view: () => html("obeyed") }],
    },
  });
  clock.advance(1201);
  const post = (headers: HeadersInit) =>
    send(new URLSearchParams({ item: "tea" }), headers, "/cart");
  const answer = await post(OWN);
  assertEquals([answer.status, answer.headers.get("location")], [303, "/cart"]);
  assertEquals(await (await browser.fetch("/cart")).text(), "tea");
  assertEquals([reasons, refused], [["no-cookies"], ["no-cookies"]]);
  // It may show what was typed, so it is not called for what nobody proves to be of this origin.
  assertEquals((await post({})).status, 403);
  assertEquals((await handler(new Request(`${ORIGIN}/cart`, { method: "POST" }))).status, 403);
  assertEquals(reasons.length, 1);
});

Deno.test("onFormExpired() leaves a form that it returns null for to be sent again", async () => {
  const { send, refused } = await shop({ options: { onFormExpired: () => null } });
  const answer = await send(new URLSearchParams(TYPED));
  assertEquals(answer.status, 403);
  assertStringIncludes(await answer.text(), "<form ");
  assertEquals(refused.length, 1);
});

Deno.test("onFormExpired() may throw a Response, and fail", async () => {
  const thrown: unknown[] = [redirect("/cart"), new Error("a mistake")];
  const { send, errors } = await shop({
    options: {
      onFormExpired() {
        throw thrown.shift();
      },
    },
  });
  assertEquals((await send(new URLSearchParams(TYPED))).status, 303);
  assertEquals((await send(new URLSearchParams(TYPED))).status, 500);
  assertEquals(String(errors[0]), "Error: a mistake");
});
