import { assert, assertEquals, assertFalse } from "@std/assert";
import { addFlash, type FlashMessage, isSeen, removeFlash } from "../../src/session/flash.ts";

function message(text: string, level = "info"): FlashMessage {
  return { level, message: text };
}

Deno.test("addFlash() queues at the end of a new queue", () => {
  const queue = [message("one")];
  assertEquals(addFlash(queue, message("two"), true), [message("one"), message("two")]);
  assertEquals(queue, [message("one")]);
});

Deno.test("addFlash() lets the oldest go when too many wait", () => {
  let queue: readonly FlashMessage[] = [];
  for (let index = 0; index <= 32; index++) {
    queue = addFlash(queue, message(`${index}`), true);
  }
  assertEquals([queue.length, queue[0], queue.at(-1)], [32, message("1"), message("32")]);
});

Deno.test("addFlash() lets nothing go for a duplicate that it drops", () => {
  const queue = Array.from({ length: 32 }, (_, index) => message(`${index}`));
  assertEquals(addFlash(queue, message("31"), false), queue);
  const other = addFlash(queue, message("31", "error"), false);
  assertEquals([other.length, other[0], other.at(-1)], [32, message("1"), message("31", "error")]);
});

Deno.test("removeFlash() takes each shown message once", () => {
  const queue = [message("a"), message("b"), message("a")];
  const once = removeFlash(queue, [message("a"), message("nowhere")]);
  assertEquals(once, [message("b"), message("a")]);
  assertEquals(removeFlash(once, [message("a"), message("a")]), [message("b")]);
  assertEquals(queue, [message("a"), message("b"), message("a")]);
});

const SEEN: [seen: boolean, what: string, init: RequestInit][] = [
  [true, "a page", { headers: { "sec-fetch-dest": "document" } }],
  [true, "a script's fetch", { headers: { "sec-fetch-dest": "empty" } }],
  [true, "a request of an old browser", {}],
  [true, "a form", { method: "POST" }],
  [false, "a HEAD", { method: "HEAD" }],
  [false, "an image", { headers: { "sec-fetch-dest": "image" } }],
  [false, "a frame", { headers: { "sec-fetch-dest": "iframe" } }],
  [false, "a prefetch", { headers: { "sec-purpose": "prefetch" } }],
  [false, "a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }],
  [false, "a prefetch of an old browser", { headers: { purpose: "Prefetch" } }],
];

for (const [seen, what, init] of SEEN) {
  Deno.test(`isSeen() takes ${what} for ${seen ? "seen" : "unseen"}`, () => {
    assertEquals(isSeen(new Request("http://shop.example/", init)), seen);
  });
}

Deno.test("isSeen() does not stumble over other purposes", () => {
  const headers = { "sec-purpose": "navigation", "purpose": "" };
  assert(isSeen(new Request("http://shop.example/", { headers })));
  const both = { "sec-purpose": "", "purpose": "prefetch" };
  assertFalse(isSeen(new Request("http://shop.example/", { headers: both })));
});
