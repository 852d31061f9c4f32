import { assert, assertEquals } from "@std/assert";
import { site } from "../support/site.ts";
import { browserTest } from "./stage.ts";

const ADDED = "Your item was added.";

/** The site, and a list of the requests it got ahead of the visitor's wish. */
function watched() {
  const early: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const { handler } = site();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const response = await handler(request);
    const purpose = request.headers.get("sec-purpose");
    const { pathname } = new URL(request.url);
    if (purpose !== null && !pathname.startsWith("/assets/")) {
      early.push(`${purpose} ${pathname}`);
      arrived.resolve();
    }
    return response;
  });
  return {
    server,
    origin: `http://127.0.0.1:${server.addr.port}`,
    early,
    arrived: arrived.promise,
  };
}

const ADD = `{
  const body = new URLSearchParams(new FormData(document.querySelector("form")));
  body.set("item", "apple");
  fetch("/cart", { method: "POST", body, redirect: "manual" }).then(() => null);
}`;

/** Ways to make a browser ask for a page before the visitor does; our pages' own policy has none. */
const WAYS = {
  "a prefetch": `{
    const link = document.createElement("link");
    link.rel = "prefetch";
    link.href = "/howdy";
    document.head.append(link);
  }`,
  "a hover": `{
    const script = document.createElement("script");
    script.type = "speculationrules";
    script.textContent = JSON.stringify({
      prefetch: [{ where: { href_matches: "/howdy" }, eagerness: "moderate" }],
    });
    document.head.append(script);
  }`,
  "a prerender": `{
    const script = document.createElement("script");
    script.type = "speculationrules";
    script.textContent = JSON.stringify({ prerender: [{ urls: ["/howdy"] }] });
    document.head.append(script);
  }`,
};

for (const [way, script] of Object.entries(WAYS)) {
  browserTest(`${way} does not use up a message`, async ({ context, page }) => {
    const { server, origin, early, arrived } = watched();
    await page.goto(`${origin}/cart`);
    await page.evaluate(ADD); // follows no redirect, so that the message waits
    await page.goto(`${origin}/healthz`);
    await page.setContent('<a href="/howdy">Howdy</a>');
    await page.evaluate(script);
    await page.getByRole("link").hover();
    await arrived;
    assertEquals(early.length, 1);
    assert(early[0]?.endsWith(" /howdy"), early[0]);
    await page.goto(`${origin}/session`);
    assertEquals(await page.getByRole("status").allInnerTexts(), [ADDED]);
    await context.close();
    await server.shutdown();
  }, { bypassCSP: true });
}
