import { assertEquals } from "@std/assert";
import { clearChange, setChange } from "../../src/session/change.ts";
import { ChangeTrace } from "../../src/session/change_trace.ts";

Deno.test("ChangeTrace.recall() tells what led to a cookie's value, without the values", () => {
  const trace = new ChangeTrace();
  trace.remember("cookie-1", [clearChange(), setChange("name", "ada")]);
  assertEquals(trace.recall("cookie-1"), ["clear", "set name"]);
  assertEquals(trace.recall("cookie-2"), []);
  assertEquals(trace.recall(null), []);
});

Deno.test("ChangeTrace.remember() replaces what the same value had", () => {
  const trace = new ChangeTrace();
  trace.remember("id", [setChange("a", 1)]);
  trace.remember("id", []);
  assertEquals(trace.recall("id"), []);
});

Deno.test("ChangeTrace forgets the oldest of more than a thousand sessions", () => {
  const trace = new ChangeTrace();
  trace.remember("first", [clearChange()]);
  trace.remember("second", [clearChange()]);
  for (let index = 0; index < 998; index++) trace.remember(`v${index}`, [clearChange()]);
  assertEquals(trace.recall("first"), ["clear"]);
  trace.remember("first", [clearChange()]); // it is the newest now
  trace.remember("one more", [clearChange()]);
  assertEquals([trace.recall("first"), trace.recall("second")], [["clear"], []]);
});
