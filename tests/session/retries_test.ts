import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { SessionConflictError } from "../../src/session/mod.ts";
import { Retries } from "../../src/session/retries.ts";

Deno.test("Retries.run() gives the first result there is", async () => {
  let attempts = 0;
  const result = await new Retries().run(
    "id",
    () => Promise.resolve(++attempts === 3 ? "x" : null),
  );
  assertEquals([result, attempts], ["x", 3]);
});

Deno.test("Retries.run() takes an empty result for one", async () => {
  assertEquals(await new Retries().run("id", () => Promise.resolve("")), "");
});

Deno.test("Retries.run() tries no further after an error", async () => {
  let attempts = 0;
  const fail = () => Promise.reject(new Error(`attempt ${++attempts}`));
  await assertRejects(() => new Retries().run("id", fail), Error, "attempt 1");
});

Deno.test("Retries.run() gives up in the end", async () => {
  let attempts = 0;
  const retries = new Retries();
  const run = () => retries.run("id", () => Promise.resolve(++attempts < 0 ? "" : null));
  await assertRejects(run, SessionConflictError, "other requests were faster 64 times");
  assertEquals(attempts, 64);
});

Deno.test("Retries.run() lets those of one session try one after the other", async () => {
  const retries = new Retries();
  let running = 0;
  let most = 0;
  const attempt = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return "done";
  };
  await Promise.all(Array.from({ length: 10 }, () => retries.run("id", attempt)));
  assertEquals(most, 1);
  await Promise.all(Array.from({ length: 10 }, (_, index) => retries.run(`id-${index}`, attempt)));
  assertGreater(most, 1);
});
