/** What the browser shows of a visitor who has signed out: its own copies of earlier pages. */
import { CookieStore, Sessions, type SessionStore } from "@satchel/satchel";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { createHandler, html, redirect, type View } from "@satchel/satchel/web";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { SECRET } from "../support/secrets.ts";
import { browserTest } from "./stage.ts";

interface Account {
  name: string;
}

/** A site with an account page, and a link to it that the browser may follow ahead. */
function siteWith(store: SessionStore, headers: HeadersInit = {}) {
  const account: View<Account> = ({ session }) =>
    html(
      `<h1>${session.get("name") ?? "Nobody"}</h1>` +
        '<form method="post" action="/out"><button>Sign out</button></form>' +
        '<form method="post" action="/in"><button>Sign in</button></form>' +
        '<a href="/account">Account</a>',
      { headers },
    );
  const handler = createHandler<Account>({
    sessions: new Sessions<Account>({ store }),
    routes: [
      { method: "GET", path: "/", view: account },
      { method: "GET", path: "/account", view: account },
      {
        method: "POST",
        path: "/in",
        view: ({ session }) => {
          session.regenerate();
          session.set("name", "Ada");
          if (store.owners !== undefined) session.setOwner("ada");
          return redirect("/");
        },
      },
      {
        method: "POST",
        path: "/out",
        view: ({ session }) => {
          session.destroy();
          return redirect("/");
        },
      },
    ],
  });
  const early = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const response = await handler(request);
    if (request.headers.has("sec-purpose")) early.resolve();
    return response;
  });
  return { server, origin: `http://127.0.0.1:${server.addr.port}`, early: early.promise };
}

async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name }).click();
  await loaded;
}

function nameOn(page: Page): Promise<string> {
  return page.getByRole("heading", { level: 1 }).innerText();
}

/** Goes back, and tells whether the browser had kept the page as it was. */
async function wentBack(page: Page): Promise<boolean> {
  await page.goBack({ waitUntil: "commit" }); // a page that was kept is not loaded
  await page.waitForFunction("document.readyState === 'complete'");
  return await page.evaluate<boolean>("window.kept === true");
}

for (
  const [what, store, headers, isKept] of [
    ["of a session with an owner", new MemoryStore(), {}, false],
    [
      "that says no-store itself",
      new CookieStore({ secrets: [SECRET] }),
      { "cache-control": "no-store" },
      false,
    ],
    ["of a session without owner", new CookieStore({ secrets: [SECRET] }), {}, true],
  ] as const
) {
  browserTest(
    `a page ${what}, after the sign-out: Back shows it again is ${isKept}`,
    async ({ context, page }) => {
      const { server, origin } = siteWith(store, headers);
      await page.goto(`${origin}/`);
      await press(page, "Sign in");
      await page.goto(`${origin}/account`);
      assertEquals(await nameOn(page), "Ada");
      await page.evaluate("window.kept = true; 0");
      await press(page, "Sign out");
      assertEquals(await nameOn(page), "Nobody");
      assertEquals(await wentBack(page), isKept);
      assertEquals(await nameOn(page), isKept ? "Ada" : "Nobody");
      await context.close();
      await server.shutdown();
    },
  );
}

const RULES = {
  prefetch: { prefetch: [{ urls: ["/account"] }] },
  prerender: { prerender: [{ urls: ["/account"] }] },
};

for (const [way, rules] of Object.entries(RULES)) {
  for (const [what, first, then] of [["Sign out", "Ada", "Nobody"], ["Sign in", "Nobody", "Ada"]]) {
    browserTest(
      `"${what}" makes the browser forget a ${way} of before`,
      async ({ context, page }) => {
        const { server, origin, early } = siteWith(new MemoryStore());
        await page.goto(`${origin}/`);
        if (first === "Ada") await press(page, "Sign in");
        assertEquals(await nameOn(page), first);
        const script = `{
        const script = document.createElement("script");
        script.type = "speculationrules";
        script.textContent = JSON.stringify(${JSON.stringify(rules)});
        document.head.append(script);
      }`;
        await page.evaluate(script);
        await early;
        await page.waitForTimeout(300); // until what was fetched is ready to be shown
        await page.evaluate(
          `fetch("/${what === "Sign in" ? "in" : "out"}", { method: "POST" }).then(() => 0)`,
        );
        const loaded = page.waitForEvent("load");
        await page.getByRole("link", { name: "Account" }).click();
        await loaded;
        assert(page.url().endsWith("/account"));
        assertEquals(await nameOn(page), then);
        await context.close();
        await server.shutdown();
      },
      { bypassCSP: true },
    );
  }
}
