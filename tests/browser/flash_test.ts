import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { ServerProcess, temporaryFolder } from "../server/server_process.ts";
import { browserTest, follow } from "./stage.ts";

const ADDED = "Your item was added.";

async function add(page: Page, item: string): Promise<void> {
  await page.goto("/cart");
  await page.getByRole("textbox", { name: "Item" }).fill(item);
  await follow(page, "button", "Add to cart");
}

async function messages(page: Page): Promise<string[]> {
  return await page.getByRole("status").allInnerTexts();
}

browserTest("a message is shown once, and a reload sends no form again", async ({ page }) => {
  await add(page, "apple");
  assertEquals(await messages(page), [ADDED]);
  await page.reload();
  assertEquals(await messages(page), []);
  assertEquals(await page.getByRole("button", { name: "Remove" }).count(), 1);
});

/** Shows a message, goes on to another page, and comes back. */
async function showAndReturn(page: Page): Promise<void> {
  await add(page, "apple");
  assertEquals(await messages(page), [ADDED]);
  // A page that has opened another is not kept as it is, so going back loads it again.
  await page.evaluate("void window.open('about:blank')");
  await page.goto("/howdy");
  assertEquals(await messages(page), []);
  await page.goBack();
  assertEquals(new URL(page.url()).pathname, "/cart");
  assertEquals(await messages(page), []);
  assertEquals(await page.getByRole("button", { name: "Remove" }).count(), 1);
}

browserTest("the back button does not bring a message back", ({ page }) => showAndReturn(page));

// There the cookie stays the same, so that the browser would take its copy of the page for good.
browserTest("the back button does not bring back what a server keeps", async ({ browser }) => {
  using folder = temporaryFolder();
  const environment = { LOG: "off", SESSION_STORE: "kv", KV_PATH: `${folder.path}/kv.sqlite` };
  await using server = await ServerProcess.start({ folder: folder.path, environment });
  const context = await browser.newContext({ baseURL: server.origin });
  await showAndReturn(await context.newPage());
  await context.close();
});

browserTest("a message is shown in one of two tabs", async ({ context, page }) => {
  await add(page, "apple");
  const other = await context.newPage();
  await other.goto("/cart");
  assertEquals([await messages(page), await messages(other)], [[ADDED], []]);
});

browserTest("a message can be dismissed without JavaScript", async ({ page }) => {
  await add(page, "apple");
  await page.getByRole("checkbox", { name: `Dismiss: ${ADDED}` }).check();
  assertEquals(await messages(page), []);
  assertEquals(await page.getByText(ADDED).isVisible(), false);
}, { javaScriptEnabled: false });
