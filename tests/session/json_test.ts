import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { freezeJson, toJsonValue } from "../../src/session/json.ts";

Deno.test("toJsonValue() keeps what JSON can say", () => {
  const value = { a: [1, "two", null, true, { deep: [] }], "": -1.5 };
  assertEquals(toJsonValue(value, "value"), value);
  for (const plain of ["", 0, -0.5, false, null, [], {}]) {
    assertEquals(toJsonValue(plain, "value"), plain);
  }
});

Deno.test("toJsonValue() knows one zero, as JSON does", () => {
  assert(Object.is(toJsonValue(-0, "value"), 0));
});

Deno.test("toJsonValue() keeps a key called __proto__ as any other", () => {
  const value = JSON.parse('{"__proto__": {"admin": true}}');
  const kept = toJsonValue(value, "value");
  assertEquals(JSON.stringify(kept), '{"__proto__":{"admin":true}}');
  assertEquals((kept as { admin?: boolean }).admin, undefined);
});

Deno.test("toJsonValue() copies: the caller's object stays free and apart", () => {
  const item = { name: "tea" };
  const kept = toJsonValue([item], "cart") as { name: string }[];
  item.name = "coffee";
  assertEquals(kept, [{ name: "tea" }]);
  assert(Object.isFrozen(kept) && Object.isFrozen(kept[0]));
});

Deno.test("toJsonValue() does not copy again what it made", () => {
  const kept = toJsonValue({ items: [{ name: "tea" }] }, "cart");
  assertStrictEquals(toJsonValue(kept, "cart"), kept);
});

class Item {
  name = "tea";
}
const cyclic: Record<string, unknown> = {};
cyclic.self = { again: cyclic };
let deep: unknown = 1;
for (let level = 0; level < 70; level++) deep = [deep];

const REFUSED: [what: string, value: unknown, message: string][] = [
  ["a Date", [0, 0, { addedAt: new Date() }], "at cart[2].addedAt: a Date is not JSON"],
  ["a Map", { a: new Map() }, "at cart.a: a Map is not JSON"],
  ["a Set", new Set(), "at cart: a Set is not JSON"],
  ["an instance", new Item(), "at cart: a Item is not JSON"],
  ["NaN", [NaN], "at cart[0]: NaN is not JSON"],
  ["Infinity", -Infinity, "at cart: -Infinity is not JSON"],
  ["undefined", { a: undefined }, "at cart.a: undefined is not JSON"],
  ["a hole", new Array(2), "at cart[0]: undefined is not JSON"],
  ["a bigint", 1n, "at cart: a bigint is not JSON"],
  ["a function", { f() {} }, "at cart.f: a function is not JSON"],
  ["a symbol", Symbol("s"), "at cart: a symbol is not JSON"],
  ["a symbol key", { [Symbol("s")]: 1 }, "at cart: a symbol key is not JSON"],
  ["a cycle", cyclic, "at cart.self.again: a cycle is not JSON"],
  ["endless depth", deep, "it is nested deeper than 64 levels"],
];

for (const [what, value, message] of REFUSED) {
  Deno.test(`toJsonValue() refuses ${what} with its path`, () => {
    assertThrows(() => toJsonValue(value, "cart"), TypeError, message);
  });
}

Deno.test("toJsonValue() allows the same object twice side by side", () => {
  const item = { name: "tea" };
  assertEquals(toJsonValue([item, item], "cart"), [item, item]);
});

Deno.test("freezeJson() freezes all the way down, in place", () => {
  const value = { list: [{ name: "tea" }], none: null };
  assertStrictEquals(freezeJson(value), value);
  assertThrows(() => value.list.push({ name: "cake" }), TypeError);
  assertThrows(() => Object.assign(value.list[0] ?? {}, { name: "cake" }), TypeError);
  assertStrictEquals(freezeJson(undefined), undefined);
});
