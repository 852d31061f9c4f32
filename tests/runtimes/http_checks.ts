/** What has to hold of the demo over HTTP, whatever serves it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CookieStore, generateSecret, Sessions } from "../../src/session/mod.ts";
import { createHandler } from "../../src/web/mod.ts";
import { errorPage, routes, type Visitor } from "../../views/routes.ts";
import { Browser, countIn, messagesIn, tokenIn } from "../support/browser.ts";
import type { Check } from "./checks.ts";
import { NEW_SECRET, OLD_SECRET } from "./secrets.ts";

/** A visitor of a server. */
export function visitorOf(origin: string, jar?: Browser["jar"]): Browser {
  return new Browser((request) => fetch(request, { redirect: "manual" }), { origin, jar });
}

/** A visitor whose cookie was sealed in this process, with another secret or at another time. */
async function visitorSince(origin: string, secret: string, now: number): Promise<Browser> {
  const store = new CookieStore({ secrets: [secret] });
  const sessions = new Sessions<Visitor>({ store, now: () => now });
  const pages = routes({ sessions, store });
  const browser = new Browser(createHandler({ routes: pages, sessions, errorPage }), { origin });
  assertEquals(countIn(await browser.get("/")), 1);
  return visitorOf(origin, browser.jar);
}

/** The checks by name. */
export function httpChecks(origin: string): Readonly<Record<string, Check>> {
  return {
    "counter": async () => {
      const visitor = visitorOf(origin);
      for (const [index, path] of ["/", "/howdy", "/", "/howdy"].entries()) {
        const page = await visitor.get(path);
        assertEquals([page.status, countIn(page)], [200, index + 1]);
      }
      assertEquals(countIn(await visitorOf(origin).get("/")), 1);
    },
    "cookie and cache headers": async () => {
      const { headers } = await visitorOf(origin).get("/");
      assertEquals(headers.getSetCookie().length, 1);
      assertMatch(
        headers.getSetCookie()[0] ?? "",
        /^session=[\w-]+; HttpOnly; SameSite=Lax; Path=\/$/,
      );
      assertEquals(headers.get("cache-control"), "private, no-cache");
      assertStringIncludes(headers.get("vary") ?? "", "Cookie");
      assertEquals(headers.get("x-content-type-options"), "nosniff");
    },
    "flash": async () => {
      const visitor = visitorOf(origin);
      const cart = await visitor.submit("/cart", "/cart", { item: "Rope" });
      assertEquals(messagesIn(cart), ["Your item was added."]);
      assertStringIncludes(cart.text, "Rope");
      assertEquals(messagesIn(await visitor.get("/cart")), []);
    },
    "CSRF": async () => {
      const visitor = visitorOf(origin);
      await visitor.get("/cart");
      assertEquals((await visitor.post("/cart", { item: "Rope" })).status, 403);
      const from = "https://evil.example";
      assertEquals((await visitor.post("/cart", { item: "Rope" }, { from })).status, 403);
      const old = new Browser(origin, { jar: visitor.jar, fetchMetadata: false });
      assertEquals((await old.post("/cart", { item: "Rope" }, { from })).status, 403);
      assert(!(await visitor.get("/cart")).text.includes("Rope"));
    },
    "multipart forms": async () => {
      const visitor = visitorOf(origin);
      const token = tokenIn(await visitor.get("/cart"));
      const url = `${origin}/cart`;
      const send = async (body: BodyInit, type: Record<string, string> = {}) => {
        const headers = { cookie: visitor.jar.header(url) ?? "", ...type };
        const init: RequestInit = { method: "POST", redirect: "manual", body, headers };
        const response = await fetch(url, init);
        visitor.jar.store(url, response);
        await response.body?.cancel();
        return response.status;
      };
      const form = new FormData();
      form.set("csrf_token", token);
      form.set("avatar", new File(["x"], "a; name=item; x=.txt"));
      form.set("item", "Rope; a=é");
      assertEquals(await send(form), 303);
      assertStringIncludes((await visitor.get("/cart")).text, "Rope; a=é");
      const type = { "content-type": "multipart/form-data; boundary=x" };
      const part = `--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n${token}\r\n`;
      assertEquals(await send(`${part}--x--\r\nmore`, type), 400);
      assertEquals(await send(part.repeat(1001) + "--x--\r\n", type), 413);
    },
    "rotation": async () => {
      const visitor = await visitorSince(origin, OLD_SECRET, Date.now());
      const old = visitor.jar.cookies[0]?.value;
      assertEquals((await visitor.get("/cart")).status, 200);
      assert(visitor.jar.cookies[0]?.value !== old, "the cookie is not sealed anew");
      assertEquals(countIn(await visitor.get("/")), 2);
      const stranger = await visitorSince(origin, generateSecret(), Date.now());
      assertEquals(countIn(await stranger.get("/")), 1);
    },
    "timeouts": async () => {
      const minutes = (count: number) => Date.now() - count * 60_000;
      const late = await visitorSince(origin, NEW_SECRET, minutes(19));
      assertEquals(countIn(await late.get("/")), 2);
      const tooLate = await visitorSince(origin, NEW_SECRET, minutes(21));
      assertEquals(countIn(await tooLate.get("/")), 1);
    },
    "session page": async () => {
      const visitor = visitorOf(origin);
      await visitor.get("/");
      assertEquals((await visitor.submit("/session", "/session/regenerate", {})).status, 200);
      assertEquals(countIn(await visitor.get("/")), 2);
      assertEquals((await visitor.submit("/session", "/session/reset", {})).status, 200);
      assertEquals(countIn(await visitor.get("/")), 1);
    },
    "assets": async () => {
      const visitor = visitorOf(origin);
      const { text } = await visitor.get("/");
      const path = /href="(\/assets\/style\.[^"]+)"/.exec(text)?.[1] ?? "";
      const style = await visitor.get(path);
      assertEquals(style.headers.get("content-type"), "text/css; charset=utf-8");
      assertStringIncludes(style.headers.get("cache-control") ?? "", "immutable");
      assertEquals(style.headers.getSetCookie(), []);
      const again = { "if-none-match": style.headers.get("etag") ?? "" };
      assertEquals((await visitor.get(path, { headers: again })).status, 304);
    },
    "no session where none is needed": async () => {
      const visitor = visitorOf(origin);
      for (
        const [path, status] of [["/healthz", 200], ["/nowhere", 404], [
          "/cart/clear",
          405,
        ]] as const
      ) {
        const page = await visitor.get(path);
        assertEquals([page.status, page.headers.getSetCookie()], [status, []]);
      }
      const head = await visitor.get("/", { method: "HEAD" });
      assertEquals([head.status, head.text], [200, ""]);
    },
    "HEAD": async () => {
      for (const path of ["/", "/howdy", "/healthz", "/nowhere"]) {
        const [get, head] = await Promise.all(["GET", "HEAD"].map(async (method) => {
          const response = await fetch(`${origin}${path}`, { method });
          await response.body?.cancel();
          return response;
        }));
        assertEquals(head?.status, get?.status, path);
        const length = head?.headers.get("content-length") ?? null;
        assert(length === null || length === get?.headers.get("content-length"), path);
      }
    },
    "hosts that are not one": async () => {
      for (const host of ["shop/howdy?", "user@shop", "a, b", "shop:99999", "sh\u00f6p", ""]) {
        using connection = await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(new URL(origin).port),
        });
        const lines = ["GET /howdy HTTP/1.1", `Host: ${host}`, "Connection: close", "\r\n"];
        await connection.write(new TextEncoder().encode(lines.join("\r\n")));
        const { value } = await connection.readable.getReader().read();
        assertMatch(new TextDecoder().decode(value), /^HTTP\/1\.1 400 /, host);
      }
    },
  };
}
