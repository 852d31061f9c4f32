import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, follow } from "./stage.ts";

async function count(page: Page): Promise<string> {
  return await page.getByText("Count:").innerText();
}

browserTest("the tutorial's walk", async ({ page }) => {
  await page.goto("/");
  assertEquals(await page.title(), "Quick Tutorial: Home View");
  assertEquals(await page.getByRole("heading", { level: 1 }).innerText(), "Hi Home View");
  assertEquals(await count(page), "Count: 1");
  await follow(page, "link", "Howdy");
  assertEquals(await page.title(), "Quick Tutorial: Hello View");
  assertEquals(await page.getByRole("heading", { level: 1 }).innerText(), "Hi Hello View");
  assertEquals(await count(page), "Count: 2");
  await page.reload();
  assertEquals(await count(page), "Count: 3");
});

browserTest("two tabs of one visitor share a counter", async ({ context, page }) => {
  const other = await context.newPage();
  await page.goto("/");
  await other.goto("/howdy");
  assertEquals(await count(other), "Count: 2");
  await page.reload();
  assertEquals(await count(page), "Count: 3");
});

browserTest("a private window is another visitor", async ({ browser, origin, page }) => {
  await page.goto("/");
  await page.goto("/");
  const window = await browser.newContext({ baseURL: origin });
  const other = await window.newPage();
  await other.goto("/");
  assertEquals(await count(other), "Count: 1");
  await window.close();
});

browserTest(
  "nothing is asked of other hosts, and nothing fails",
  async ({ context, page, origin }) => {
    const foreign: string[] = [];
    const complaints: string[] = [];
    context.on("request", (request) => {
      if (!request.url().startsWith(origin)) foreign.push(request.url());
    });
    context.on("console", (message) => complaints.push(message.text()));
    context.on("response", (response) => {
      if (response.status() >= 400) complaints.push(response.url());
    });
    context.on("requestfailed", (request) => {
      // What the next page cuts off, such as the icon, has not failed.
      const reason = request.failure()?.errorText;
      if (reason !== "net::ERR_ABORTED") complaints.push(`${reason} ${request.url()}`);
    });
    for (const path of ["/", "/howdy", "/cart", "/session", "/sign-in"]) await page.goto(path);
    assertEquals([foreign, complaints], [[], []]);
  },
);
