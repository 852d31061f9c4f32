/**
 * The path of an absolute URL, cut out as it is written: no query, no fragment, no `URL` object.
 *
 * @param url An absolute URL such as `request.url`.
 * @returns The path, still percent-encoded; `"/"` where the URL has none.
 *
 * @example
 * ```ts
 * import { pathOf } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pathOf("https://shop.example/cart?item=1"), "/cart");
 * ```
 */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const query = url.indexOf("?", start);
  const fragment = url.indexOf("#", start);
  let end = query === -1 ? url.length : query;
  if (fragment !== -1 && fragment < end) end = fragment;
  return url.slice(start, end);
}
