import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { CallLimit, cryptoLimit } from "../../src/crypto/call_limit.ts";

/** Calls that a test ends one by one, and the order in which they began. */
class Calls {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();

  /** A call by that name: it begins when it is called, and goes on until it is ended. */
  make(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      const end = Promise.withResolvers<string>();
      this.#ends.set(name, end);
      return end.promise;
    };
  }

  /** Ends a call well, and gives whoever waits the time to begin. */
  async end(name: string): Promise<void> {
    this.#ends.get(name)?.resolve(`result of ${name}`);
    await soon();
  }

  /** The same, but the call fails. */
  async fail(name: string, error: Error): Promise<void> {
    this.#ends.get(name)?.reject(error);
    await soon();
  }
}

/** When all promises that can be settled are. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("CallLimit.run() makes calls at once up to the limit", async () => {
  const [limit, calls] = [new CallLimit(2), new Calls()];
  const running = ["a", "b", "c"].map((name) => limit.run(calls.make(name)));
  assertEquals(calls.begun, ["a", "b"]);
  await soon();
  assertEquals(calls.begun, ["a", "b"]);
  for (const name of ["a", "b", "c"]) await calls.end(name);
  assertEquals(await Promise.all(running), ["result of a", "result of b", "result of c"]);
});

Deno.test("CallLimit.run() makes the others in the order in which they came, one for one that ends", async () => {
  const [limit, calls] = [new CallLimit(2), new Calls()];
  const running = [..."abcde"].map((name) => limit.run(calls.make(name)));
  await calls.end("b");
  assertEquals(calls.begun, ["a", "b", "c"]);
  await calls.end("c");
  assertEquals(calls.begun, ["a", "b", "c", "d"]);
  running.push(limit.run(calls.make("f"))); // behind those who wait
  await calls.end("a");
  assertEquals(calls.begun, ["a", "b", "c", "d", "e"]);
  for (const name of "def") await calls.end(name);
  assertEquals(calls.begun, [..."abcdef"]);
  assertEquals(await Promise.all(running), [..."abcdef"].map((name) => `result of ${name}`));
});

Deno.test("CallLimit.run() gives each caller the result of its own call, whichever ends first", async () => {
  const [limit, calls] = [new CallLimit(3), new Calls()];
  const running = [..."abc"].map((name) => limit.run(calls.make(name)));
  for (const name of "cba") await calls.end(name);
  assertEquals(await Promise.all(running), ["result of a", "result of b", "result of c"]);
});

Deno.test("CallLimit.run() has free places again once no one waits", async () => {
  const [limit, calls] = [new CallLimit(2), new Calls()];
  for (const round of ["1", "2", "3"]) {
    const names = ["a", "b", "c"].map((name) => name + round);
    const running = names.map((name) => limit.run(calls.make(name)));
    assertEquals(calls.begun.splice(0), names.slice(0, 2), "two at once, as at first");
    for (const name of names) await calls.end(name);
    assertEquals(calls.begun.splice(0), names.slice(2));
    await Promise.all(running);
  }
});

Deno.test("CallLimit.run() frees the place of a call that fails, and only its caller learns of it", async () => {
  const [limit, calls] = [new CallLimit(1), new Calls()];
  const [a, b, c, d] = [..."abcd"].map((name) => limit.run(calls.make(name)));
  const [first, second] = [new Error("a fails"), new Error("b fails")];
  const failures = [a, b].map((call) => assertRejects(async () => await call));
  await calls.fail("a", first); // it ran at once
  await calls.fail("b", second); // it had to wait
  const [fromA, fromB] = await Promise.all(failures);
  assertStrictEquals(fromA, first);
  assertStrictEquals(fromB, second);
  await calls.end("c");
  await calls.end("d");
  assertEquals([await c, await d], ["result of c", "result of d"]);
  const after = limit.run(calls.make("e"));
  await calls.end("e");
  assertEquals(await after, "result of e");
});

Deno.test("CallLimit.run() never lets a call wait where the limit is Infinity", async () => {
  const [limit, calls] = [new CallLimit(Infinity), new Calls()];
  const names = Array.from({ length: 1000 }, (_, index) => `${index}`);
  const running = names.map((name) => limit.run(calls.make(name)));
  assertEquals(calls.begun, names);
  for (const name of names.slice(0, 10)) await calls.end(name);
  running.push(limit.run(calls.make("late")));
  assertEquals(calls.begun.at(-1), "late");
  await Promise.all([...names, "late"].map((name) => calls.end(name)));
  assertEquals((await Promise.all(running)).at(-1), "result of late");
});

Deno.test("cryptoLimit runs one call at a time on one core, all at once on more", async () => {
  const calls = new Calls();
  const running = ["a", "b", "c"].map((name) => cryptoLimit.run(calls.make(name)));
  assertEquals(calls.begun.length, navigator.hardwareConcurrency === 1 ? 1 : 3);
  for (const name of ["a", "b", "c"]) await calls.end(name);
  assertEquals((await Promise.all(running)).length, 3);
});

Deno.test("CallLimit.run() rejects when a call throws, and frees its place", async () => {
  const limit = new CallLimit(1);
  const broken = (): Promise<string> => {
    throw new RangeError("broken");
  };
  const calls = [broken, broken, () => Promise.resolve("well")].map((call) => limit.run(call));
  const results = await Promise.allSettled(calls);
  assertEquals(results.map(({ status }) => status), ["rejected", "rejected", "fulfilled"]);
  assertEquals(await limit.run(() => Promise.resolve("later")), "later");
});
