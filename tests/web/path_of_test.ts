import { assertEquals } from "@std/assert";
import { pathOf } from "../../src/web/request_target.ts";

Deno.test.each([
  ["http://h/", "/"],
  ["http://h", "/"],
  ["http://h/cart", "/cart"],
  ["https://shop.example:8443/cart/", "/cart/"],
  ["http://h/cart?item=1", "/cart"],
  ["http://h/cart#top", "/cart"],
  ["http://h/cart?a#b", "/cart"],
  ["http://h/cart#a?b", "/cart"],
  ["http://h/?", "/"],
  ["http://h/a?b=/c", "/a"],
  ["http://h//evil.example/x", "//evil.example/x"],
  ["http://[::1]:8000/a", "/a"],
  ["http://h/how%64y", "/how%64y"],
  ["http://h/a/../b", "/a/../b"],
  ["http://h/*", "/*"],
])("pathOf(%j) is %j", (url, path) => {
  assertEquals(pathOf(url), path);
});

Deno.test("pathOf() agrees with URL on the URLs that requests have", () => {
  for (
    const text of ["/", "/a b", "/é?ü", "/a/./b/../c", "/%zz", "/a;b=c", "/a@b:c", "/?/#/", "/#?"]
  ) {
    const { url } = new Request(`https://shop.example${text}`);
    assertEquals(pathOf(url), new URL(url).pathname);
  }
});
