import { assertEquals, assertStringIncludes } from "@std/assert";
import { CookieStore, SessionStoreError } from "../../src/session/mod.ts";
import { SECRET, site } from "../flows/site.ts";

class Ailing extends CookieStore {
  readonly #error: Error;

  constructor(error: Error) {
    super({ secrets: [SECRET] });
    this.#error = error;
  }

  override ping(): Promise<void> {
    return Promise.reject(this.#error);
  }
}

const request = new Request("http://localhost/healthz");

Deno.test("healthView() is well when the store answers", async () => {
  const response = await site().handler(request);
  assertEquals([response.status, await response.text()], [200, "ok"]);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.getSetCookie(), []);
});

Deno.test("healthView() is ill when the store does not answer", async () => {
  const store = new Ailing(new SessionStoreError("Cannot reach the store: it is away"));
  const response = await site({ store }).handler(request);
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "does not answer");
});

Deno.test("healthView() hides no other error", async () => {
  const { handler, errors } = site({ store: new Ailing(new TypeError("a fault of the program")) });
  const response = await handler(request);
  assertEquals([response.status, errors.length], [500, 1]);
  await response.body?.cancel();
});
