import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { Browser } from "../support/browser.ts";
import app, { withSession } from "./hono_middleware.ts";

const visitor = () => new Browser((request) => app.fetch(request));

Deno.test("hono_middleware counts, and starts again after the reset", async () => {
  const browser = visitor();
  for (const count of [1, 2, 3]) assertEquals((await browser.get("/")).text, `Count: ${count}`);
  assertEquals((await browser.post("/reset", {})).text, "Count: 1");
  assertEquals((await visitor().get("/")).text, "Count: 1");
});

Deno.test("hono_middleware sets one cookie and the cache headers", async () => {
  const { headers } = await visitor().get("/");
  assertEquals(headers.getSetCookie().length, 1);
  assertEquals(headers.get("cache-control"), "private, no-cache");
  assertEquals(headers.get("vary"), "Cookie");
});

Deno.test("hono_middleware refuses forms of other sites", async () => {
  const browser = visitor();
  await browser.get("/");
  const forged = await browser.post("/reset", {}, { from: "https://evil.example" });
  assertEquals(forged.status, 403);
  assertEquals((await browser.get("/")).text, "Count: 2");
});

Deno.test("hono_middleware commits to responses that others have made, too", async () => {
  const app = new Hono().use(withSession)
    .get("/cookie", (c) => {
      c.get("session").set("counter", 1);
      c.header("set-cookie", "theme=dark", { append: true });
      return c.text("Hello");
    })
    .get("/fixed", (c) => {
      c.get("session").set("counter", 1);
      return Response.redirect("http://localhost/", 303);
    })
    .get("/failed", (c) => {
      c.get("session").set("counter", 1);
      throw new Error("failed");
    })
    .onError((_, c) => c.text("Sorry", 500));

  const names = async (path: string) =>
    (await app.request(path)).headers.getSetCookie().map((line) => line.split("=")[0]);
  assertEquals(await names("/cookie"), ["theme", "session"]);
  assertEquals(await names("/fixed"), ["session"]);
  assertEquals((await app.request("/fixed")).headers.get("cache-control"), "private, no-cache");
  assertEquals(await names("/failed"), []);
});
