import { assert, assertEquals } from "@std/assert";
import { browserTest, follow } from "./stage.ts";

browserTest("forms work without JavaScript", async ({ page }) => {
  await page.goto("/cart");
  for (const item of ["apple", "pear"]) {
    await page.getByRole("textbox", { name: "Item" }).fill(item);
    await follow(page, "button", "Add to cart");
  }
  await follow(page, "button", "Remove apple");
  assertEquals(await page.getByRole("button", { name: /^Remove/ }).count(), 1);
  await follow(page, "button", "Empty the cart");
  assert(await page.getByText("There is nothing in it yet.").isVisible());
}, { javaScriptEnabled: false });

browserTest(
  "a refused form keeps what was typed and says why beside the field",
  async ({ page }) => {
    await page.goto("/cart");
    await page.getByRole("textbox", { name: "Item" }).fill("   ");
    await follow(page, "button", "Add to cart");
    const field = page.getByRole("textbox", { name: "Item" });
    assertEquals(await field.inputValue(), "   ");
    assertEquals(await field.getAttribute("aria-invalid"), "true");
    const described = await field.getAttribute("aria-describedby");
    const error = page.locator(`#${described}`);
    assertEquals(await error.innerText(), "Say what to put into the cart.");
    assertEquals(await page.evaluate<string>("document.activeElement.id"), "item");
    await page.reload();
    assertEquals(await field.getAttribute("aria-invalid"), null);
  },
);

browserTest("a cart that outgrows its cookie says so and stays as it was", async ({ page }) => {
  await page.goto("/cart");
  let items = 0;
  while (true) {
    await page.getByRole("textbox", { name: "Item" }).fill("x".repeat(490));
    await follow(page, "button", "Add to cart");
    if (await page.getByRole("heading", { name: "Content Too Large" }).isVisible()) break;
    items++;
  }
  await follow(page, "link", "To the cart");
  assertEquals(await page.getByRole("button", { name: /^Remove/ }).count(), items);
});

browserTest("everything can be done with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  assertEquals(await focused(), "Skip to content");
  await page.keyboard.press("Enter");
  assertEquals(new URL(page.url()).hash, "#main");

  await page.goto("/");
  await tabTo("Cart");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cart");
  await tabTo("item");
  await page.keyboard.type("apple");
  await page.keyboard.press("Enter");
  await page.getByRole("status").waitFor();
  await tabTo("Dismiss: Your item was added.");
  await page.keyboard.press("Space");
  assertEquals(await page.getByRole("status").count(), 0);
  await tabTo("Remove apple");
  await page.keyboard.press("Space");
  await page.getByText("There is nothing in it yet.").waitFor();

  /** What is told of the element that has the focus, and that the focus can be seen. */
  async function focused(): Promise<string> {
    return await page.evaluate<string>(`{
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      if (outlineStyle !== "solid" || outlineWidth !== "3px") throw new Error("invisible focus");
      element.getAttribute("aria-label") ?? (element.innerText?.trim() || element.id);
    }`);
  }

  async function tabTo(name: string): Promise<void> {
    for (let steps = 0; steps < 20; steps++) {
      await page.keyboard.press("Tab");
      if (await focused() === name) return;
    }
    throw new Error(`Cannot reach ${name} with the tabulator key`);
  }
});

browserTest("the session page renews and forgets", async ({ page }) => {
  await page.goto("/");
  await page.goto("/session");
  await follow(page, "button", "Renew");
  assert(await page.getByText("Your session is renewed; it keeps its values.").isVisible());
  await follow(page, "button", "Forget everything");
  assert(await page.getByText("Your session starts afresh.").isVisible());
  await page.goto("/");
  assertEquals(await page.getByText("Count:").innerText(), "Count: 1");
});

browserTest("a visitor signs in and out", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("textbox", { name: "Name" }).fill("Ada");
  await follow(page, "button", "Sign in");
  assert(await page.getByText("You are Ada.").isVisible());
  await follow(page, "button", "Sign out");
  assert(await page.getByText("You are signed out.").isVisible());
});

for (
  const [path, label, button, typed] of [
    ["/cart", "Item", "Add to cart", 'a "long" list of <apples>'],
    ["/sign-in", "Name", "Sign in", "Ada Lovelace"],
  ] as const
) {
  for (const javaScriptEnabled of [true, false]) {
    browserTest(
      `${path} gives back what was typed when the session is over, scripts: ${javaScriptEnabled}`,
      async ({ page, context }) => {
        await page.goto(path);
        await page.getByRole("textbox", { name: label }).fill(typed);
        await context.clearCookies(); // as when the session has expired
        await follow(page, "button", button);
        assertEquals(await page.title(), "Please send that once more · Satchel");
        await page.getByText("What is sent").click();
        assert(await page.getByRole("definition").filter({ hasText: typed }).isVisible());
        await follow(page, "button", "Send again");
        assert(await page.getByRole("status").isVisible());
        assert(await page.getByText(typed).first().isVisible());
      },
      { javaScriptEnabled },
    );
  }

  browserTest(
    `${path} still has what was typed when the session is over and the visitor goes back`,
    async ({ page, context }) => {
      await page.goto(path);
      const field = page.getByRole("textbox", { name: label });
      await field.fill(typed);
      await context.clearCookies();
      await follow(page, "button", button);
      await page.goBack({ waitUntil: "commit" }); // a page that was kept is not loaded
      await page.waitForFunction("document.readyState === 'complete'");
      assertEquals(await field.inputValue(), typed);
      await follow(page, "button", button);
      if (await page.getByRole("button", { name: "Send again" }).isVisible()) {
        await follow(page, "button", "Send again");
      }
      assert(await page.getByRole("status").isVisible());
    },
  );
}

browserTest(
  "a browser that keeps no cookies is told so, with what was typed",
  async ({ page, context }) => {
    await page.goto("/cart");
    await page.getByRole("textbox", { name: "Item" }).fill("apples");
    for (const button of ["Add to cart", "Send again", "Send again"]) {
      await context.clearCookies();
      await follow(page, "button", button);
      assert(await page.getByText("Your browser sent no cookies with this.").isVisible());
      await page.getByText("What is sent").click();
      assertEquals(await page.getByRole("definition").innerText(), "apples");
    }
  },
);

browserTest("a stale page removes the item that it shows", async ({ page, context }) => {
  await page.goto("/cart");
  for (const item of ["apple", "pear", "plum"]) {
    await page.getByRole("textbox", { name: "Item" }).fill(item);
    await follow(page, "button", "Add to cart");
  }
  const other = await context.newPage();
  await other.goto("/cart");
  await follow(other, "button", "Remove apple");
  await follow(page, "button", "Remove pear");
  assert(await page.getByText("“pear” was removed.").isVisible());
  assertEquals(await page.getByRole("button", { name: "Remove plum" }).count(), 1);
  await follow(other, "button", "Remove pear");
  assert(await other.getByText("That item is no longer in your cart.").isVisible());
  assertEquals(await other.getByRole("button", { name: /^Remove/ }).count(), 1);
}, { javaScriptEnabled: false });
