import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { HttpError } from "../../src/web/http_error.ts";

Deno.test("HttpError carries status, message, headers and cause", () => {
  const cause = new Error("disk full");
  const error = new HttpError(503, "Come back later", { headers: { "retry-after": "60" }, cause });
  assertInstanceOf(error, Error);
  assertEquals(error.name, "HttpError");
  assertEquals(error.status, 503);
  assertEquals(error.message, "Come back later");
  assertEquals(new Headers(error.headers).get("retry-after"), "60");
  assertEquals(error.cause, cause);
});

Deno.test("HttpError needs nothing but a status", () => {
  const error = new HttpError(404);
  assertEquals([error.status, error.message, error.headers], [404, "", undefined]);
  assertEquals("cause" in error, false);
});

Deno.test.each([400, 418, 499, 500, 599])("HttpError() accepts %d", (status) => {
  assertEquals(new HttpError(status).status, status);
});

Deno.test.each([0, 200, 303, 399, 600, -404, 404.5, NaN, Infinity])(
  "HttpError() refuses %d",
  (status) => {
    assertThrows(() => new HttpError(status), RangeError, `the status is ${status}`);
  },
);
