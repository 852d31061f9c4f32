import { assertEquals, assertRejects } from "@std/assert";
import { Turnstile } from "../../src/session/turnstile.ts";

Deno.test("Turnstile.run() runs the tasks of one key in the order they came", async () => {
  const turnstile = new Turnstile();
  const log: string[] = [];
  await Promise.all(["a", "b", "c"].map((name) =>
    turnstile.run("key", async () => {
      log.push(`${name} in`);
      await Promise.resolve();
      log.push(`${name} out`);
    })
  ));
  assertEquals(log, ["a in", "a out", "b in", "b out", "c in", "c out"]);
});

Deno.test("Turnstile.run() lets other keys pass", async () => {
  const turnstile = new Turnstile();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = turnstile.run("one", () => promise);
  assertEquals(await turnstile.run("two", () => Promise.resolve("passed")), "passed");
  resolve("let go");
  assertEquals(await waiting, "let go");
});

Deno.test("Turnstile.run() goes on after a task that failed", async () => {
  const turnstile = new Turnstile();
  const failing = turnstile.run("key", () => Promise.reject(new Error("no")));
  const next = turnstile.run("key", () => Promise.resolve("yes"));
  await assertRejects(() => failing, Error, "no");
  assertEquals(await next, "yes");
});

Deno.test("Turnstile.run() waits for nobody longer than a turn", async () => {
  const turnstile = new Turnstile();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = turnstile.run("key", () => promise);
  assertEquals(await turnstile.run("key", () => Promise.resolve("at last")), "at last");
  resolve();
  await slow;
});
