import { assertEquals, assertFalse, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Browser, countIn, messagesIn, tokenIn } from "../flows/browser.ts";
import { site } from "../flows/site.ts";

Deno.test("signing in takes a name and keeps what the session holds", async () => {
  const browser = new Browser(site().handler);
  await browser.get("/");
  const page = await browser.submit("/sign-in", "/sign-in", { name: "  Ada <Lovelace>  " });
  assertStringIncludes(page.text, "<h1>Signed in</h1><p>You are Ada &lt;Lovelace>.</p>");
  assertEquals(messagesIn(page), ["Welcome, Ada &lt;Lovelace>."]);
  assertEquals(countIn(await browser.get("/")), 2);
});

Deno.test("signing in makes tokens from before it worthless", async () => {
  const browser = new Browser(site().handler);
  const old = tokenIn(await browser.get("/sign-in"));
  await browser.post("/sign-in", { name: "Ada", csrf_token: old });
  assertEquals((await browser.post("/sign-out", { csrf_token: old })).status, 403);
  assertStringIncludes((await browser.get("/sign-in")).text, "You are Ada.");
});

for (const [name, error] of [["", "Say who you are."], ["x".repeat(61), "At most 60 characters"]]) {
  Deno.test(`signing in with a name of ${name?.length} characters is refused`, async () => {
    const browser = new Browser(site().handler);
    const page = await browser.submit("/sign-in", "/sign-in", { name: name ?? "" });
    assertStringIncludes(page.text, "<title>Error: Sign in · Satchel</title>");
    assertStringIncludes(page.text, `id="name-error">${error}`);
    assertStringIncludes(page.text, `value="${name}"`);
  });
}

Deno.test("signing out ends the session and all it holds", async () => {
  const browser = new Browser(site().handler);
  await browser.get("/");
  await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  const page = await browser.submit("/sign-in", "/sign-out", {});
  assertEquals(messagesIn(page), ["You are signed out."]);
  assertStringIncludes(page.text, "<h1>Sign in</h1>");
  assertEquals(countIn(await browser.get("/")), 1);
});

Deno.test("a site with the cookie store says why there is no list of sessions", async () => {
  const browser = new Browser(site().handler);
  const page = await browser.submit("/sign-in", "/sign-in", { name: "Ada" });
  assertStringIncludes(page.text, "There is no list");
  assertStringIncludes(page.text, "SESSION_STORE=kv");
  assertFalse(page.text.includes("Sign out everywhere else"));
  const again = await browser.submit("/sign-in", "/sign-in/elsewhere", {});
  assertEquals(messagesIn(again), []);
  assertNotEquals(again.status, 500);
});
