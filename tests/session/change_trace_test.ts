import { assert, assertEquals } from "@std/assert";
import { clearChange, setChange } from "../../src/session/change.ts";
import { ChangeTrace } from "../../src/session/change_trace.ts";

Deno.test("ChangeTrace.recall() tells what led to a cookie's value, without the values", () => {
  const trace = new ChangeTrace();
  trace.remember(null, "cookie-1", [clearChange(), setChange("name", "ada")]);
  assertEquals(trace.recall("cookie-1"), ["clear", "set name"]);
  assertEquals(trace.recall("cookie-2"), []);
  assertEquals(trace.recall(null), []);
});

Deno.test("ChangeTrace.remember() replaces what the same value had", () => {
  const trace = new ChangeTrace();
  trace.remember("id", "id", [setChange("a", 1)]);
  trace.remember("id", "id", []);
  assertEquals(trace.recall("id"), []);
});

Deno.test("ChangeTrace remembers the latest of many sessions, and no more than 4,096", () => {
  const trace = new ChangeTrace();
  const values = Array.from({ length: 20_000 }, () => crypto.randomUUID());
  for (const value of values) trace.remember(null, value, [clearChange()]);
  const remembered = values.filter((value) => trace.recall(value).length > 0);
  assert(remembered.length > 3000 && remembered.length <= 4096, `${remembered.length}`);
  assertEquals(trace.recall(values.at(-1) ?? ""), ["clear"]);
});

Deno.test("ChangeTrace.remember() forgets the value that is replaced", () => {
  const trace = new ChangeTrace();
  trace.remember(null, "first", [clearChange()]);
  trace.remember("first", "second", [setChange("a", 1)]);
  assertEquals([trace.recall("first"), trace.recall("second")], [[], ["set a"]]);
});
