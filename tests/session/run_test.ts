import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { after } from "../../src/session/run.ts";

/** Something to wait for that is no promise of this realm, as libraries make them. */
function thenable<Value>(value: Value): PromiseLike<Value> {
  const later = Promise.resolve(value);
  return { then: (onValue, onError) => later.then(onValue, onError) };
}

const no = new Error("no");
const fail = () => {
  throw no;
};

Deno.test("after() goes on at once where the value is there", () => {
  assertEquals(after(20, (value) => value + 1), 21);
  const order: string[] = [];
  after("value", (value) => void order.push(value));
  order.push("behind it");
  assertEquals(order, ["value", "behind it"]);
});

for (const value of [undefined, null, false, 0, "", {}, { then: "no function" }]) {
  Deno.test(`after() takes ${JSON.stringify(value)} for a value`, () => {
    let seen: unknown = "nothing";
    const result = after(value, (value) => {
      seen = value;
      return "done";
    });
    assertStrictEquals(seen, value);
    assertEquals(result, "done");
  });
}

Deno.test("after() goes on later where the value comes later", async () => {
  const order: string[] = [];
  const result = after(Promise.resolve("value"), (value) => {
    order.push(value);
    return "done";
  });
  order.push("behind it");
  assert(result instanceof Promise);
  assertEquals(await result, "done");
  assertEquals(order, ["behind it", "value"]);
});

Deno.test("after() waits for a promise that is not of its own kind", async () => {
  const result = after(thenable(20), (value) => value + 1);
  assert(result instanceof Promise);
  assertEquals(await result, 21);
});

Deno.test("after() gives what comes later as a promise of its own, at once or not", async () => {
  const later = Promise.resolve("done");
  assertStrictEquals(after("value", () => later), later);
  assertEquals(await after(Promise.resolve("value"), () => later), "done");
});

Deno.test("after() throws what the function throws where the value is there", () => {
  assertStrictEquals(assertThrows(() => after("value", fail)), no);
});

for (
  const [what, value] of [["a promise", Promise.resolve(1)], ["a thenable", thenable(1)]] as const
) {
  Deno.test(`after() rejects with what the function throws where the value is ${what}`, async () => {
    const result = after(value, fail); // and does not throw
    assertStrictEquals(await assertRejects(async () => await result), no);
  });
}

Deno.test("after() rejects where the value does not come, and does not go on", async () => {
  let runs = 0;
  for (const value of [Promise.reject(no), thenable(Promise.reject(no))]) {
    const result = after(value, () => runs++);
    assertStrictEquals(await assertRejects(async () => await result), no);
  }
  assertEquals(runs, 0);
});
