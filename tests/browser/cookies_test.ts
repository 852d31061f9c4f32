import { assert, assertEquals, assertMatch } from "@std/assert";
import { site } from "../support/site.ts";
import { browserTest, follow } from "./stage.ts";
import { TEST_CERTIFICATE } from "./test_certificate.ts";

browserTest("the cookie is as it should be over http", async ({ context, page }) => {
  await page.goto("/");
  const [cookie, ...others] = await context.cookies();
  assertEquals(others, []);
  assertEquals(cookie?.name, "session");
  assertEquals([cookie?.httpOnly, cookie?.secure, cookie?.sameSite], [true, false, "Lax"]);
  assertEquals([cookie?.path, cookie?.expires], ["/", -1]);
  assertMatch(cookie?.value ?? "", /^[\w-]+$/);
  assertEquals(await page.evaluate<string>("document.cookie"), "");
});

browserTest("the cookie is bound to its host over https", async ({ context, page }) => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, ...TEST_CERTIFICATE },
    site().handler,
  );
  const origin = `https://localhost:${server.addr.port}`;
  await page.goto(`${origin}/`);
  const [cookie, ...others] = await context.cookies();
  assertEquals(others, []);
  assertEquals(cookie?.name, "__Host-session");
  assertEquals([cookie?.httpOnly, cookie?.secure, cookie?.sameSite], [true, true, "Lax"]);
  assertEquals([cookie?.domain, cookie?.path], ["localhost", "/"]);
  await page.goto(`${origin}/howdy`);
  assertEquals(await page.getByText("Count:").innerText(), "Count: 2");
  await page.goto(`${origin}/cart`);
  await page.getByRole("textbox", { name: "Item" }).fill("apple");
  await follow(page, "button", "Add to cart");
  assert(await page.getByText("Your item was added.").isVisible());
  await context.close(); // its connections would keep the server from ending
}, { ignoreHTTPSErrors: true });

browserTest("another site's form is refused, and its link is not", async ({ page, origin }) => {
  await page.goto("/");
  const foreign = origin.replace("127.0.0.1", "localhost"); // another site to the browser
  await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const form = `<form method="post" action="${origin}/cart/clear"><button>Send</button></form>`;
    return new Response(`${form}<a href="${origin}/">Visit</a>`, {
      headers: { "content-type": "text/html" },
    });
  });
  const elsewhere = foreign.replace(/\d+$/, String(other.addr.port));
  await page.goto(elsewhere);
  await follow(page, "button", "Send");
  assertEquals(await page.getByRole("heading", { level: 1 }).innerText(), "Forbidden");
  await page.goto(elsewhere);
  await follow(page, "link", "Visit");
  assertEquals(await page.getByText("Count:").innerText(), "Count: 2");
  await page.context().close();
});
