import { SessionConflictError } from "@satchel/satchel";
import { assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { backoff, inTurn } from "../../src/session/contention.ts";

Deno.test("inTurn() repeats an attempt until it gives something, be it empty", async () => {
  let attempts = 0;
  const attempt = () => Promise.resolve(++attempts === 3 ? "" : null);
  assertEquals([await inTurn("id", attempt), attempts], ["", 3]);
});

Deno.test("inTurn() gives up after 64 attempts", async () => {
  let attempts = 0;
  const lose = () => Promise.resolve(++attempts < 0 ? "" : null);
  const message = "Cannot write the session: other requests were faster 64 times";
  await assertRejects(() => inTurn("id", lose), SessionConflictError, message);
  assertEquals(attempts, 64);
});

Deno.test("inTurn() makes no further attempt after an error, and lets the next one start", async () => {
  let attempts = 0;
  const fail = () => Promise.reject(new Error(`attempt ${++attempts}`));
  const failing = inTurn("id", fail);
  const next = inTurn("id", () => Promise.resolve("next"));
  await assertRejects(() => failing, Error, "attempt 1");
  assertEquals([await next, attempts], ["next", 1]);
});

Deno.test("inTurn() lets the attempts of one session follow each other, in order", async () => {
  const log: string[] = [];
  const attempt = (name: string) => async () => {
    log.push(`${name} in`);
    await Promise.resolve();
    log.push(`${name} out`);
    return name;
  };
  await Promise.all(["a", "b", "c"].map((name) => inTurn("id", attempt(name))));
  assertEquals(log, ["a in", "a out", "b in", "b out", "c in", "c out"]);
});

Deno.test("inTurn() lets other sessions pass, and after 100 ms those of the same session", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow = inTurn("one", () => promise);
  const began = performance.now();
  const same = inTurn("one", () => Promise.resolve(performance.now() - began));
  assertLess(await inTurn("two", () => Promise.resolve(performance.now() - began)), 90);
  assertGreater(await same, 90);
  resolve("done");
  assertEquals(await slow, "done");
});

Deno.test("backoff() waits no longer than told", async () => {
  const began = performance.now();
  for (let attempt = 1; attempt <= 20; attempt++) await backoff(attempt, 1);
  assertLess(performance.now() - began, 400);
});
