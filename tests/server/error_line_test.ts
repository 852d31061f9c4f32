import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { errorLine } from "../../src/server/error_line.ts";

const REQUEST = new Request("http://x/cart?token=hush", { method: "POST" });

Deno.test("errorLine() gives request, message and stack", () => {
  const text = errorLine(new TypeError("no such thing"), REQUEST, "text");
  assertMatch(text, /^POST \/cart failed: TypeError: no such thing\n {6}at /);
  assert(!text.includes("hush"));
});

Deno.test("errorLine() follows the causes", () => {
  const error = new Error("outer", { cause: new RangeError("inner", { cause: "the root" }) });
  const text = errorLine(error, REQUEST, "text");
  assertStringIncludes(text, "\n  Caused by: RangeError: inner\n");
  assertStringIncludes(text, "\n  Caused by: the root");
});

Deno.test("errorLine() ends where causes go round in a ring", () => {
  const error = new Error("ring");
  error.cause = error;
  assertEquals(errorLine(error, REQUEST, "text").split("Caused by").length, 5);
});

Deno.test("errorLine() takes whatever was thrown", () => {
  assertEquals(errorLine("oops", REQUEST, "text"), "POST /cart failed: oops");
  assertStringIncludes(errorLine(null, REQUEST, "text"), "failed: null");
});

Deno.test("errorLine() indents and escapes what a message holds", () => {
  const text = errorLine("a\nGET / 200 1 ms\x1b[2J", REQUEST, "text");
  assertEquals(text, "POST /cart failed: a\n  GET / 200 1 ms\\u{1b}[2J");
});

Deno.test("errorLine() writes one line of JSON", () => {
  const text = errorLine(new Error("boom\nbang"), REQUEST, "json");
  assert(!text.includes("\n"));
  const { stack, ...rest } = JSON.parse(text);
  assertEquals(rest, {
    level: "error",
    method: "POST",
    path: "/cart",
    error: "Error: boom\nbang",
  });
  assertStringIncludes(stack, "error_line_test.ts");
});
