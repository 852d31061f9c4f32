import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type Change,
  clearChange,
  csrfChange,
  deleteChange,
  flashChange,
  ownerChange,
  regenerateChange,
  setChange,
  takeFlashChange,
  updateChange,
} from "../../src/session/change.ts";
import { blankRecord, type SessionRecord } from "../../src/session/record.ts";

function after(...changes: Change[]): SessionRecord {
  const record = blankRecord(0);
  for (const change of changes) change.apply(record);
  return record;
}

const hello = { level: "info", message: "Hello" };

Deno.test("setChange() keeps the value as it was when it was set", () => {
  const cart = ["tea"];
  const change = setChange("cart", cart);
  cart.push("cake");
  assertEquals(after(change).data.get("cart"), ["tea"]);
});

Deno.test("setChange() refuses what is not JSON at once", () => {
  assertThrows(() => setChange("at", new Date()), TypeError, "value at at: a Date is not JSON");
});

Deno.test("updateChange() makes the value anew from whatever record it meets", () => {
  const increment = updateChange("n", (value) => Number(value ?? 0) + 1);
  assertEquals(after(increment).data.get("n"), 1);
  assertEquals(after(setChange("n", 41), increment).data.get("n"), 42);
  assertEquals(after(increment, increment, increment).data.get("n"), 3);
});

Deno.test("updateChange() hands out a frozen value of a record that it just met", () => {
  const record = blankRecord(0);
  record.data.set("list", JSON.parse("[[1]]"));
  const change = updateChange("list", (list) => {
    assertThrows(() => (list as number[][])[0]?.push(2), TypeError);
    return list;
  });
  change.apply(record);
  assertEquals(record.data.get("list"), [[1]]);
});

Deno.test("deleteChange() and clearChange() forget what is there now", () => {
  assertEquals(
    after(setChange("a", 1), setChange("b", 2), deleteChange("a")).data,
    new Map([["b", 2]]),
  );
  assertEquals(after(setChange("a", 1), clearChange()).data.size, 0);
  assertEquals(after(deleteChange("a"), clearChange()).data.size, 0);
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

Deno.test("every change tells its kind, and its key where it has one", () => {
  const changes = [
    setChange("a", 1),
    updateChange("a", () => 1),
    deleteChange("a"),
    clearChange(),
    flashChange(hello, true),
    takeFlashChange([hello]),
    csrfChange("one", false),
    ownerChange("ada"),
    regenerateChange(),
  ];
  assertEquals(changes.map(({ kind, key }) => [kind, key]), [
    ["set", "a"],
    ["update", "a"],
    ["delete", "a"],
    ["clear", undefined],
    ["flash", "info"],
    ["takeFlash", undefined],
    ["csrf", undefined],
    ["owner", undefined],
    ["regenerate", undefined],
  ]);
  assertStrictEquals(JSON.stringify(changes).includes("one"), false);
});
