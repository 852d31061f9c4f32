import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { Session } from "../../src/session/mod.ts";
import { Context, createHandler, HttpError, readForm, type View } from "../../src/web/mod.ts";
import { cookieSessions, type Values } from "../session/visitor.ts";

function post(body: BodyInit): Request {
  return new Request("http://shop.example/", { method: "POST", body });
}

function contextOf(request: Request, session: Session<Values> | null): Context<Values> {
  return new Context(request, { id: "7" }, () => readForm(request, { maxBytes: 20 }), session);
}

Deno.test("Context gives a view the request, its parameters and the session", async () => {
  const request = post("");
  const session = await cookieSessions().load(request);
  const context = contextOf(request, session);
  assertStrictEquals(context.request, request);
  assertStrictEquals(context.session, session);
  assertEquals(context.params.id, "7");
});

Deno.test("Context.session throws on a route without one", () => {
  assertThrows(
    () => contextOf(post(""), null).session,
    TypeError,
    "Cannot use the session: the route says that it has none",
  );
});

/** Posts a form to a view, through a handler that takes 20 bytes of it. */
async function through(view: View<Values>, body: BodyInit): Promise<Response> {
  const routes = [{ method: "POST", path: "/", view }];
  const handler = createHandler({ sessions: cookieSessions(), routes, maxBodySize: 20 });
  return await handler(post(body));
}

Deno.test("Context.form() reads the form once, however often it is called, also by itself", async () => {
  const response = await through(async ({ form, request }) => {
    assert(!request.bodyUsed, "it was read before it was asked for");
    const [first, second] = await Promise.all([form(), form()]);
    assertStrictEquals(first, second);
    return new Response(String(first.get("item")));
  }, new URLSearchParams({ item: "tea" }));
  assertEquals(await response.text(), "tea");
});

Deno.test("Context.form() refuses more bytes than the limit, each time it is called", async () => {
  const response = await through(async (context) => {
    await assertRejects(() => context.form(), HttpError);
    await context.form();
    return new Response();
  }, new URLSearchParams({ item: "x".repeat(20) }));
  assertEquals(response.status, 413);
});
