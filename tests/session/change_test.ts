import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type Change,
  clearChange,
  csrfChange,
  deleteChange,
  flashChange,
  ownerChange,
  recallFormChange,
  regenerateChange,
  rememberFormChange,
  setChange,
  takeFlashChange,
  updateChange,
} from "../../src/session/change.ts";
import type { RememberedForm } from "../../src/session/forms.ts";
import { freezeJson } from "../../src/session/json.ts";
import { blankRecord, type SessionRecord } from "../../src/session/record.ts";

function after(...changes: Change[]): SessionRecord {
  return changes.reduce((record, change) => change.apply(record), blankRecord(0));
}

const hello = { level: "info", message: "Hello" };

Deno.test("setChange() keeps the value as it was when it was set", () => {
  const cart = ["tea"];
  const change = setChange("cart", cart);
  cart.push("cake");
  assertEquals(after(change).data, { cart: ["tea"] });
});

Deno.test("setChange() refuses what is not JSON at once", () => {
  assertThrows(() => setChange("at", new Date()), TypeError, "value at at: a Date is not JSON");
});

Deno.test("updateChange() makes the value anew from whatever record it meets", () => {
  const increment = updateChange("n", (value) => Number(value ?? 0) + 1);
  assertEquals(after(increment).data, { n: 1 });
  assertEquals(after(setChange("n", 41), increment).data, { n: 42 });
  assertEquals(after(increment, increment, increment).data, { n: 3 });
});

Deno.test("updateChange() hands out a frozen value of a record that it just met", () => {
  const record = { ...blankRecord(0), data: JSON.parse('{"list":[[1]]}') };
  const change = updateChange("list", (list) => {
    assertThrows(() => (list as number[][])[0]?.push(2), TypeError);
    return list;
  });
  assertEquals(change.apply(record).data, { list: [[1]] });
});

Deno.test("updateChange() finds nothing under a name that every object inherits", () => {
  for (const name of ["constructor", "__proto__"]) {
    const change = updateChange(name, (value) => value === undefined ? "new" : "inherited");
    assertEquals(Object.entries(after(change).data), [[name, "new"]]);
  }
});

Deno.test("setChange() and deleteChange() take a key called __proto__ for any other", () => {
  const { data } = after(setChange("a", 1), setChange("__proto__", { admin: true }));
  assertEquals(Object.entries(data), [["a", 1], ["__proto__", { admin: true }]]);
  assertStrictEquals(Object.getPrototypeOf(data), Object.prototype);
  const without = deleteChange("__proto__").apply({ ...blankRecord(0), data });
  assertEquals(Object.entries(without.data), [["a", 1]]);
});

Deno.test("deleteChange() and clearChange() forget what is there now", () => {
  assertEquals(after(setChange("a", 1), setChange("b", 2), deleteChange("a")).data, { b: 2 });
  assertEquals(after(setChange("a", 1), clearChange()).data, {});
  assertEquals(after(deleteChange("a"), clearChange()).data, {});
});

Deno.test("flashChange() asks for duplicates in the queue that it meets", () => {
  const once = flashChange(hello, false);
  assertEquals(after(once, once).flash, [hello]);
  assertEquals(after(once, flashChange(hello, true)).flash, [hello, hello]);
});

Deno.test("takeFlashChange() takes what was shown, and no newer message", () => {
  const other = { level: "info", message: "Bye" };
  const taken = takeFlashChange([hello]);
  assertEquals(after(flashChange(hello, true), flashChange(other, true), taken).flash, [other]);
  assertEquals(after(flashChange(hello, true), flashChange(hello, true), taken).flash, [hello]);
  assertEquals(after(taken).flash, []);
});

Deno.test("csrfChange() keeps the secret that was first, unless a new one is wanted", () => {
  assertEquals(after(csrfChange("one", false), csrfChange("two", false)).csrf, "one");
  assertEquals(after(csrfChange("one", false), csrfChange("two", true)).csrf, "two");
});

Deno.test("ownerChange() sets and takes away the owner", () => {
  assertEquals(after(ownerChange("ada")).owner, "ada");
  assertEquals(after(ownerChange("ada"), ownerChange(null)).owner, null);
});

Deno.test("regenerateChange() leaves the record as it is", () => {
  assertEquals(after(regenerateChange()), blankRecord(0));
});

const refused: RememberedForm = { values: [["name", "Ada"]], errors: [], omitted: [] };

/** One of each. */
const changes = [
  setChange("a", 1),
  updateChange("a", () => 1),
  deleteChange("a"),
  clearChange(),
  flashChange(hello, true),
  takeFlashChange([hello]),
  rememberFormChange("sign-up", refused),
  recallFormChange("sign-in", refused),
  csrfChange("one", true),
  ownerChange("ada"),
  regenerateChange(),
];

Deno.test("every change leaves the record that it is given as it was", () => {
  const data = { a: { deep: [0] }, b: 2 };
  const forms = () => new Map([["sign-in", refused]]);
  const record = (): SessionRecord => ({
    ...blankRecord(0),
    data,
    flash: [hello],
    forms: forms(),
    csrf: "zero",
  });
  const shared = freezeJson(record()); // to write to it would throw
  const made = changes.map((change) => change.apply(shared));
  assertEquals(shared, record());
  assertEquals(
    made.map((other) => other === shared),
    changes.map(({ kind }) => kind === "regenerate"),
  );
});

Deno.test("every change tells its kind, and its key where it has one", () => {
  assertEquals(changes.map(({ kind, key }) => [kind, key]), [
    ["set", "a"],
    ["update", "a"],
    ["delete", "a"],
    ["clear", undefined],
    ["flash", "info"],
    ["takeFlash", undefined],
    ["rememberForm", "sign-up"],
    ["recallForm", "sign-in"],
    ["csrf", undefined],
    ["owner", undefined],
    ["regenerate", undefined],
  ]);
  assertStrictEquals(JSON.stringify(changes).includes("one"), false);
});
