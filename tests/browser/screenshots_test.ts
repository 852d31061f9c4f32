import { assertLessOrEqual } from "@std/assert";
import { browserTest, follow, type Stage } from "./stage.ts";

const FOLDER = decodeURIComponent(new URL("./", import.meta.url).pathname);

for (const width of [320, 768, 1440]) {
  for (const colorScheme of ["light", "dark"] as const) {
    browserTest(`all pages fit ${width} pixels, ${colorScheme}`, async (stage) => {
      const { page } = stage;
      for await (const name of walk(stage)) {
        const path = `${FOLDER}${name}-${width}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: true });
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
        assertLessOrEqual(wide, width, `${name} has to be scrolled sideways`);
      }
    }, { viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" });
  }
}

/** Shows every page in its interesting states, and says its name. */
async function* walk({ page }: Stage): AsyncGenerator<string> {
  await page.goto("/");
  yield "home";
  await page.goto("/howdy");
  yield "howdy";
  await page.goto("/cart");
  yield "cart-empty";
  for (const item of ["A book of maps", "Apples, a dozen", "An umbrella-".repeat(8)]) {
    await page.getByRole("textbox", { name: "Item" }).fill(item);
    await follow(page, "button", "Add to cart");
  }
  yield "cart-full";
  await page.getByRole("textbox", { name: "Item" }).fill("   ");
  await follow(page, "button", "Add to cart");
  yield "cart-refused";
  await page.goto("/session");
  yield "session";
  await follow(page, "button", "Renew");
  yield "session-renewed";
  await page.goto("/sign-in");
  yield "sign-in";
  await page.getByRole("textbox", { name: "Name" }).fill("Ada");
  await follow(page, "button", "Sign in");
  yield "signed-in";
  await page.goto("/nowhere");
  yield "not-found";
}
