/** Forms and their CSRF tokens on their way through `createHandler()`. */
import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  csrfToken,
  type HandlerOptions,
  html,
  HttpError,
  type Route,
  type View,
} from "../../src/web/mod.ts";
import { appOf, ORIGIN, post, request, type Values } from "./app.ts";

/** An application that asks for tokens and sends them as its page, and a browser with one. */
async function guarded(
  answer: View<Values> = () => html("done"),
  options: Partial<HandlerOptions<Values>> = {},
) {
  const view: View<Values> = (context) =>
    context.request.method === "GET" ? html(csrfToken(context.session)) : answer(context);
  const app = appOf(view, { csrf: true, ...options });
  const token = await (await app.browser.fetch("/")).text();
  const send = (body: BodyInit, headers: HeadersInit = {}) =>
    app.browser.fetch("/", { method: "POST", body, headers });
  return { ...app, token, send };
}

function fields(fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams(fields);
}

Deno.test("createHandler() asks for the session's token where the application wants that", async () => {
  const { handler, errors, token, send } = await guarded();
  const status = async (form: Record<string, string>, headers: HeadersInit = {}) =>
    (await send(fields(form), headers)).status;
  assertEquals(await status({}), 403);
  assertEquals(await status({ csrf_token: token }), 200);
  assertEquals(await status({}, { "x-csrf-token": token }), 200);
  assertEquals(await status({ csrf_token: token }, { "x-csrf-token": "wrong" }), 403);
  assertEquals(await status({ csrf_token: `${token}A` }), 403);
  assertEquals(await status({ csrf_token: "ünïcödé" }), 403);
  assertEquals((await handler(post({ csrf_token: token }))).status, 403, "another visitor");
  assertEquals(errors, []);
});

Deno.test("createHandler() takes no token from the URL, nor a file for one", async () => {
  const { browser, token, send } = await guarded();
  assertEquals((await browser.fetch(`/?csrf_token=${token}`, { method: "POST" })).status, 403);
  const body = new FormData();
  body.set("csrf_token", new File([token], "token.txt"));
  assertEquals((await send(body)).status, 403);
});

/** A form as a stream that counts how many chunks were read. */
function counted(text: string) {
  const read = { chunks: 0 };
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = bytes.subarray(read.chunks * 1024, ++read.chunks * 1024);
      if (chunk.length > 0) controller.enqueue(chunk);
      else controller.close();
    },
  }, { highWaterMark: 0 });
  return { body, read };
}

const URLENCODED = { "content-type": "application/x-www-form-urlencoded" };
const WRONG = "A".repeat(86);
const LONG = "a&".repeat(10_000);

Deno.test("createHandler() reads no body where the session can accept no token", async () => {
  const { browser, handler, errors } = appOf(({ session }) => {
    session.set("name", "no token was asked for");
    return html("");
  }, { csrf: true });
  await browser.fetch("/");
  // Neither says where it comes from: what a page of this origin sends is read to be given back.
  const extras: Record<string, string>[] = [{}, { "x-csrf-token": WRONG }];
  for (const more of extras) {
    for (const cookie of [browser.jar.header(ORIGIN) ?? "", ""]) {
      const { body, read } = counted(`csrf_token=${WRONG}&${LONG}`);
      const headers = { ...URLENCODED, cookie, ...more };
      const response = await handler(request("/", { method: "POST", body, headers }));
      assertEquals(response.status, 403);
      assertEquals(response.headers.getSetCookie(), []);
      assertEquals(read.chunks, 0);
    }
  }
  assertEquals(errors, []);
});

Deno.test("createHandler() reads no body where the header has a wrong token", async () => {
  const { token, send } = await guarded();
  for (const wrong of ["", WRONG, token.slice(1)]) {
    const { body, read } = counted(`csrf_token=${token}&${LONG}`);
    assertEquals((await send(body, { ...URLENCODED, "x-csrf-token": wrong })).status, 403);
    assertEquals(read.chunks, 0);
  }
});

Deno.test("createHandler() reads the body where the session has a secret", async () => {
  const { token, send } = await guarded();
  const { body, read } = counted(`csrf_token=${token}`);
  assertEquals((await send(body, URLENCODED)).status, 200);
  assertEquals(read.chunks, 2, "the form, and its end");
});

Deno.test("createHandler() leaves the body to the view where the header has the token", async () => {
  const { token, send } = await guarded(async ({ request }) =>
    Response.json((await request.json()).item)
  );
  const response = await send(JSON.stringify({ item: "tea" }), {
    "x-csrf-token": token,
    "content-type": "application/json",
  });
  assertEquals(await response.json(), "tea");
});

for (
  const [app, route, status] of [
    [false, true, 403],
    [true, false, 200],
    [true, undefined, 403],
  ] as const
) {
  Deno.test(`createHandler() with csrf: ${app} and a route with ${route} answers ${status}`, async () => {
    const routes: Route<Values>[] = [
      { method: "POST", path: "/", view: () => html("done"), csrf: route },
    ];
    const { handler } = appOf(() => html("done"), { csrf: app, routes });
    assertEquals((await handler(post())).status, status);
  });
}

Deno.test("createHandler() asks for no token on a route without session, and refuses to", async () => {
  const route = { method: "POST", path: "/", view: () => html("done"), session: false } as const;
  const make = (csrf?: boolean) =>
    appOf(() => html(""), { csrf: true, routes: [{ ...route, csrf }] }).handler;
  assertEquals((await make()(post())).status, 200);
  assertEquals((await make(false)(post())).status, 200);
  assertThrows(() => make(true), RangeError, "Cannot use the route POST /: csrf: true needs");
});

Deno.test("Context.form() gives the form that the guard read, however often it is called", async () => {
  for (const csrf of [true, false]) {
    const { token, send } = await guarded(async ({ form, request }) => {
      assertEquals(request.bodyUsed, csrf, "it is read when it is needed, not before");
      const [first, second] = await Promise.all([form(), form()]);
      assertStrictEquals(first, second);
      return html(String(first.get("item")));
    }, { csrf });
    const response = await send(fields({ item: "tea", csrf_token: token }));
    assertEquals(await response.text(), "tea");
  }
});

Deno.test("Context.form() refuses more bytes than the limit, each time it is called", async () => {
  const { handler } = appOf(async (context) => {
    await assertRejects(() => context.form(), HttpError);
    await context.form();
    return html("");
  }, { maxBodySize: 20 });
  assertEquals((await handler(post({ item: "x".repeat(20) }))).status, 413);
});

Deno.test("createHandler() answers 413, 415 and 400 to forms that are none", async () => {
  const { handler, errors } = appOf(
    async ({ form }) => html(String((await form()).get("a"))),
    { maxBodySize: 10 },
  );
  const send = async (body: BodyInit, type: string) => {
    const headers = { "content-type": type };
    return (await handler(request("/", { method: "POST", body, headers }))).status;
  };
  const urlencoded = URLENCODED["content-type"];
  assertEquals(await send("a=1", urlencoded), 200);
  assertEquals(await send("a=123456789", urlencoded), 413);
  const others = ["application/json", "text/plain", "text/plain;charset=UTF-8", "text/html", ""];
  for (const type of others) assertEquals(await send("a=1", type), 415, type);
  assertEquals(await send("--x", "multipart/form-data; boundary=x"), 400);
  assertEquals(errors, []);
});

for (const csrf of [false, true]) {
  Deno.test(`createHandler() answers 413 to more fields than maxFields, with csrf: ${csrf}`, async () => {
    const count: View<Values> = async ({ form }) => html(String([...await form()].length));
    const { errors, token, send } = await guarded(count, { csrf, maxFields: 3 });
    const form = { csrf_token: token, a: "1", b: "2" };
    assertEquals(await (await send(fields(form))).text(), "3");
    const refused = await send(fields({ ...form, c: "3" }));
    assertEquals(refused.status, 413);
    assertStringIncludes(await refused.text(), "The form has 4 fields: at most 3 are allowed");
    assertEquals(errors, []);
  });
}

Deno.test.each([-1, 0.5, NaN, Infinity])("createHandler() refuses the limit %d", (limit) => {
  const make = (options: Partial<HandlerOptions<Values>>) => () => appOf(() => html(""), options);
  const message = "a whole number is needed";
  assertThrows(make({ maxFields: limit }), RangeError, `${limit} fields: ${message}`);
  assertThrows(make({ maxBodySize: limit }), RangeError, `${limit} bytes: ${message}`);
});
