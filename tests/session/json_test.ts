import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { freezeJson, toJsonValue } from "../../src/session/record.ts";

Deno.test("toJsonValue() keeps what JSON can say", () => {
  const item = { name: "tea" };
  const nested = { a: [1, "two", null, true, { deep: [] }], "": -1.5, twice: [item, item] };
  for (const value of [nested, "", 0, -0.5, false, null, [], {}]) {
    assertEquals(toJsonValue(value, "value"), value);
  }
  assert(Object.is(toJsonValue(-0, "value"), 0)); // JSON has one zero
});

Deno.test("toJsonValue() keeps a key called __proto__ as any other", () => {
  const kept = toJsonValue(JSON.parse('{"__proto__": {"admin": true}}'), "value");
  assertEquals(JSON.stringify(kept), '{"__proto__":{"admin":true}}');
  assertEquals((kept as { admin?: boolean }).admin, undefined);
});

Deno.test("toJsonValue() makes a frozen copy, and does not copy that again", () => {
  const item = { name: "tea" };
  const kept = toJsonValue([item], "cart");
  item.name = "coffee";
  assertEquals(kept, [{ name: "tea" }]);
  assert(Object.isFrozen(kept) && Object.isFrozen((kept as unknown[])[0]));
  assertStrictEquals(toJsonValue(kept, "cart"), kept);
});

class Item {
  name = "tea";
}
const cyclic: Record<string, unknown> = {};
cyclic.self = { again: cyclic };
const nest = (levels: number): unknown => levels === 0 ? 1 : [nest(levels - 1)];

Deno.test.each<[what: string, value: unknown, message: string]>([
  ["a Date", [0, 0, { addedAt: new Date() }], "at cart[2].addedAt: a Date is not JSON"],
  ["a Map", { a: new Map() }, "at cart.a: a Map is not JSON"],
  ["a Set", new Set(), "at cart: a Set is not JSON"],
  ["an instance", new Item(), "at cart: a Item is not JSON"],
  ["NaN", [NaN], "at cart[0]: NaN is not JSON"],
  ["Infinity", -Infinity, "at cart: -Infinity is not JSON"],
  ["undefined", undefined, "at cart: undefined is not JSON"],
  ["undefined in a list", { a: [undefined] }, "at cart.a[0]: undefined is not JSON"],
  ["a hole", new Array(2), "at cart[0]: undefined is not JSON"],
  ["a bigint", 1n, "at cart: a bigint is not JSON"],
  ["a function", { f() {} }, "at cart.f: a function is not JSON"],
  ["a symbol", Symbol("s"), "at cart: a symbol is not JSON"],
  ["a symbol key", { [Symbol("s")]: 1 }, "at cart: a symbol key is not JSON"],
  ["a cycle", cyclic, "at cart.self.again: a cycle is not JSON"],
  ["65 levels", nest(65), "it has more than 64 levels"],
])("toJsonValue() refuses %s with its path", (_, value, message) => {
  assertThrows(() => toJsonValue(value, "cart"), TypeError, message);
  assertEquals(toJsonValue(nest(64), "cart"), nest(64));
});

Deno.test("freezeJson() freezes all the way down, in place", () => {
  const value = { list: [{ name: "tea" }], none: null };
  assertStrictEquals(freezeJson(value), value);
  assertThrows(() => value.list.push({ name: "cake" }), TypeError);
  assertThrows(() => Object.assign(value.list[0] ?? {}, { name: "cake" }), TypeError);
  assertStrictEquals(freezeJson(undefined), undefined);
});
