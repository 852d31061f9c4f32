/** What people click on twice: the answer to the first click is slow, or never comes. */
import type { SessionStore } from "@satchel/satchel";
import { KvStore } from "@satchel/satchel/stores/kv";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { site } from "../support/site.ts";
import { browserTest } from "./stage.ts";

const STORES: Record<string, () => Promise<{ store?: SessionStore; [Symbol.dispose](): void }>> = {
  cookie: () => Promise.resolve({ [Symbol.dispose]() {} }),
  memory: () => Promise.resolve({ store: new MemoryStore(), [Symbol.dispose]() {} }),
  async kv() {
    const kv = await Deno.openKv(":memory:");
    return { store: new KvStore(kv), [Symbol.dispose]: () => kv.close() };
  },
};

/** Serves the demo; an answer to a POST waits for as long as `hold` says, and is ready by then. */
function serve(store: SessionStore | undefined, hold: (post: number) => Promise<unknown>) {
  const { handler, errors } = site(store === undefined ? {} : { store });
  const statuses: number[] = [];
  let posts = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const post = request.method === "POST" ? ++posts : 0;
    const response = await handler(request);
    if (post > 0) {
      statuses.push(response.status);
      await hold(post);
    }
    return response;
  });
  return { server, errors, statuses, origin: `http://127.0.0.1:${server.addr.port}` };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Clicks twice with the mouse, and waits for what comes of it. */
async function clickTwice(page: Page, name: string, gap: number): Promise<void> {
  const box = await page.getByRole("button", { name, exact: true }).boundingBox();
  const [x, y] = [(box?.x ?? 0) + 5, (box?.y ?? 0) + 5];
  await page.mouse.click(x, y);
  await pause(gap);
  const loaded = page.waitForEvent("load");
  await page.mouse.click(x, y);
  await loaded;
}

for (const [name, open] of Object.entries(STORES)) {
  for (const gap of [60, 300]) {
    browserTest(
      `two clicks on "Sign in" and on "Sign out", ${gap} ms apart, do it in the ${name} store`,
      async ({ page }) => {
        using opened = await open();
        const { server, errors, statuses, origin } = serve(opened.store, () => pause(600));
        await page.goto(`${origin}/sign-in`);
        await page.getByRole("textbox", { name: "Name" }).fill("Ada");
        await clickTwice(page, "Sign in", gap);
        assert(await page.getByText("You are Ada.").isVisible());
        await clickTwice(page, "Sign out", gap);
        assert(await page.getByRole("heading", { name: "Sign in" }).isVisible());
        await page.reload();
        assert(await page.getByRole("heading", { name: "Sign in" }).isVisible());
        assertEquals([statuses, errors], [[303, 303, 303, 303], []]);
        await server.shutdown();
      },
    );
  }

  browserTest(
    `a click whose answer is lost is made up for by the next one in the ${name} store`,
    async ({ page }) => {
      using opened = await open();
      const lost = Promise.withResolvers<void>();
      const hold = (post: number) => post === 1 ? lost.promise : Promise.resolve();
      const { server, errors, statuses, origin } = serve(opened.store, hold);
      await page.goto(`${origin}/sign-in`);
      await page.getByRole("textbox", { name: "Name" }).fill("Ada");
      await page.getByRole("button", { name: "Sign in", exact: true }).click({ noWaitAfter: true });
      await pause(300);
      await page.goto(`${origin}/sign-in`); // the visitor gives up, and loads the page again
      await page.getByRole("textbox", { name: "Name" }).fill("Ada");
      const loaded = page.waitForEvent("load");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await loaded;
      assert(await page.getByText("You are Ada.").isVisible());
      lost.resolve();
      assertEquals([statuses, errors], [[303, 303], []]);
      await server.shutdown();
    },
  );
}
