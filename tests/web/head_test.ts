/** HEAD over real HTTP: the headers of GET, or none. */
import { assert, assertEquals } from "@std/assert";
import { html, HttpError, redirect, type Route } from "../../src/web/mod.ts";
import { appOf, type Values } from "./app.ts";
import { testWith } from "../support/has.ts";

const test = testWith("net");

const page = html("x".repeat(878)).text();

/** Views by path, and what became of their streams. */
function site() {
  const streams = { pulled: 0, cancelled: 0 };
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        streams.pulled++;
        controller.enqueue(new Uint8Array(10));
      },
      cancel() {
        streams.cancelled++;
        throw new Error("a source that does not like to be cancelled");
      },
    }, { highWaterMark: 0 });
  const length = { headers: { "content-length": "878" } };
  const views: Record<string, (request: Request) => Response | Promise<Response>> = {
    "/page": () => html("x".repeat(878)),
    "/later": async () => html(await page),
    "/bytes": () => new Response(new Uint8Array(878)),
    "/length": () => new Response("x".repeat(878), length),
    "/own-head": ({ method }) => html(method === "HEAD" ? "" : "x".repeat(878)),
    "/stream": () => new Response(endless()),
    "/stream-length": () => new Response(endless(), length),
    "/empty": () => new Response(null),
    "/none": () => new Response(null, { status: 204 }),
    "/same": () => new Response(null, { status: 304, headers: { etag: '"1"' } }),
    "/elsewhere": () => redirect("/page"),
    "/refused": () => {
      throw new HttpError(403, "No");
    },
  };
  const routes = Object.entries(views).map(([path, view]): Route<Values> => {
    return { method: "GET", path, view: ({ request }) => view(request) };
  });
  const paths = [...Object.keys(views), "/nowhere"];
  return { paths, streams, ...appOf(() => html(""), { routes }) };
}

test("createHandler() answers HEAD with the Content-Length of GET or without, over HTTP", async () => {
  const { paths, streams, handler, errors } = site();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  for (const path of paths) {
    const ask = (method: string) =>
      fetch(`http://127.0.0.1:${server.addr.port}${path}`, { method, redirect: "manual" });
    const get = path.startsWith("/stream") ? null : await ask("GET");
    await get?.body?.cancel();
    const head = await ask("HEAD");
    assertEquals(await head.text(), "", path);
    const length = head.headers.get("content-length");
    assert(length === null || length === (get?.headers.get("content-length") ?? "878"), path);
    if (path.endsWith("length")) assertEquals(length, "878", path);
    if (get === null) continue;
    assertEquals(head.status, get.status, path);
    for (const [name, value] of head.headers) {
      if (name !== "date") assertEquals(get.headers.get(name), value, `${path} ${name}`);
    }
    for (const name of ["content-type", "location", "etag", "x-content-type-options", "vary"]) {
      assertEquals(head.headers.get(name), get.headers.get(name), `${path} ${name}`);
    }
  }
  assertEquals(streams, { pulled: 0, cancelled: 2 });
  assertEquals(errors, []);
});

Deno.test("createHandler() gives a HEAD without a server nothing to read", async () => {
  const { paths, browser } = site();
  for (const path of paths) {
    const response = await browser.fetch(path, { method: "HEAD" });
    assertEquals(await response.text(), "", path);
  }
});

Deno.test("createHandler() saves the session of a HEAD", async () => {
  const { browser } = appOf(({ session }) => html(`${session.set("name", "Ada").size}`));
  const response = await browser.fetch("/", { method: "HEAD" });
  assertEquals(response.headers.getSetCookie().length, 1);
});

Deno.test("createHandler() leaves a response that several HEADs share as it is", async () => {
  const shared = redirect("/elsewhere");
  const before = [...shared.headers];
  const { browser } = appOf(() => shared);
  for (let time = 1; time <= 3; time++) {
    const head = await browser.fetch("/", { method: "HEAD" });
    assertEquals(head.status, 303);
    assertEquals(head.headers.get("location"), "/elsewhere");
  }
  assertEquals([...shared.headers], before);
});
