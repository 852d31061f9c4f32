/** Hono's own types know the session: each `@ts-expect-error` must not compile. */
import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { withSession } from "../examples/hono_middleware.ts";

Deno.test("Hono's context knows the session and its data", async () => {
  const app = new Hono().use(withSession).get("/", (c) => {
    const counter: number | undefined = c.get("session").get("counter");
    // @ts-expect-error: no such key in the session
    const count = c.get("session").get("count");
    // @ts-expect-error: no such variable of the context
    const visitor = c.get("visitor");
    return c.json([counter ?? null, count ?? null, visitor ?? null]);
  });
  assertEquals(await (await app.request("/")).json(), [null, null, null]);
});

Deno.test("Hono's context knows no session without the middleware", async () => {
  const app = new Hono().get("/", (c) => {
    // @ts-expect-error: nobody has set it
    return c.json(c.get("session") ?? null);
  });
  assertEquals(await (await app.request("/")).json(), null);
});
