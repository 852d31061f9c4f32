import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { FormBody, type Session } from "../src/session/mod.ts";
import { Context, HttpError } from "../src/web/mod.ts";
import { cookieSessions, type Values } from "./session/visitor.ts";

function post(body: BodyInit): Request {
  return new Request("http://shop.example/", { method: "POST", body });
}

function contextOf(request: Request, session: Session<Values> | null): Context<Values> {
  return new Context(request, { id: "7" }, new FormBody(request, { maxBytes: 20 }), session);
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

Deno.test("Context.form() reads the form once, however often it is asked for", async () => {
  const context = contextOf(post(new URLSearchParams({ item: "tea" })), null);
  const [first, second] = await Promise.all([context.form(), context.form()]);
  assertStrictEquals(first, second);
  assertEquals(first.get("item"), "tea");
  assert(context.request.bodyUsed);
});

Deno.test("Context.form() may be taken out of the context", async () => {
  const { form } = contextOf(post(new URLSearchParams({ item: "tea" })), null);
  assertEquals((await form()).get("item"), "tea");
});

Deno.test("Context.form() refuses more bytes than the limit, each time it is asked", async () => {
  const context = contextOf(post(new URLSearchParams({ item: "x".repeat(20) })), null);
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await assertRejects(() => context.form(), HttpError);
    assertEquals(error.status, 413);
  }
});

Deno.test("FormBody reads nothing before it is asked", () => {
  const request = post("item=tea");
  new FormBody(request, {});
  assertEquals(request.bodyUsed, false);
});
