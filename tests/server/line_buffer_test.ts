import { assertEquals } from "@std/assert";
import { LineBuffer } from "../../src/server/line_buffer.ts";

Deno.test("LineBuffer.push() writes lines together, shortly after", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const written: string[] = [];
  const buffer = new LineBuffer((lines) => {
    written.push(lines);
    resolve(lines);
  }, 5);
  buffer.push("one");
  buffer.push("two");
  assertEquals(written, []);
  await promise;
  assertEquals(written, ["one\ntwo"]);
});

Deno.test("LineBuffer.push() starts again after it has written", async () => {
  let next = Promise.withResolvers<string>();
  const buffer = new LineBuffer((lines) => next.resolve(lines), 1);
  buffer.push("one");
  assertEquals(await next.promise, "one");
  next = Promise.withResolvers();
  buffer.push("two");
  assertEquals(await next.promise, "two");
});

Deno.test("LineBuffer.flush() writes what waits, once, and leaves no timer", () => {
  const written: string[] = [];
  const buffer = new LineBuffer((lines) => written.push(lines));
  buffer.push("one");
  buffer.flush();
  buffer.flush();
  assertEquals(written, ["one"]);
});

Deno.test("LineBuffer.flush() writes nothing where nothing waits", () => {
  new LineBuffer(() => {
    throw new Error("written");
  }).flush();
});
