import { assertEquals } from "@std/assert";
import { browserTest, follow, type Stage } from "./stage.ts";

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds against WCAG 2.2 AA and its own best practices. */
async function violations({ page }: Stage): Promise<string[]> {
  const { default: axe } = await import("axe-core"); // which asks for variables
  // Evaluated, not added as a script element: the pages' policy allows none.
  await page.evaluate(axe.source);
  const found = await page.evaluate<Violation[]>("axe.run().then(({ violations }) => violations)");
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

browserTest("axe finds a fault that is there", async (stage) => {
  await stage.page.goto("/");
  await stage.page.evaluate("document.querySelector('h1').outerHTML = '<h1></h1><img>'");
  const found = (await violations(stage)).map((text) => text.replace(/:.*/s, ""));
  assertEquals(found.toSorted(), ["empty-heading", "image-alt"]);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [320, 1440]) {
    browserTest(`axe finds nothing, ${colorScheme}, ${width} pixels`, async (stage) => {
      const { page } = stage;
      const check = async () => assertEquals(await violations(stage), [], page.url());
      for (const path of ["/", "/howdy", "/cart", "/session", "/sign-in", "/nowhere"]) {
        await page.goto(path);
        await check();
      }
      await page.goto("/cart");
      await page.getByRole("textbox", { name: "Item" }).fill("apple");
      await follow(page, "button", "Add to cart");
      await check();
      await page.getByRole("textbox", { name: "Item" }).fill(" ");
      await follow(page, "button", "Add to cart");
      await check();
      await follow(page, "button", "Remove apple");
      await check();
      await page.goto("/sign-in");
      await page.getByRole("textbox", { name: "Name" }).fill("Ada");
      await follow(page, "button", "Sign in");
      await check();
      await page.goto("/session");
      await check();
      await page.goto("/cart");
      await page.context().clearCookies();
      await page.getByRole("textbox", { name: "Item" }).fill("apple");
      await follow(page, "button", "Add to cart");
      await page.getByText("What is sent").click();
      await check();
    }, { colorScheme, viewport: { width, height: 800 }, reducedMotion: "reduce" });
  }
}
