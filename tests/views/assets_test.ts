import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { assertSpyCalls, spy } from "@std/testing/mock";
import { MARK, STYLE } from "../../views/assets.ts";
import { fingerprint } from "../../views/fingerprint.ts";
import { site } from "../support/site.ts";

function get(path: string, headers: HeadersInit = {}): Promise<Response> {
  return site().browser.fetch(path, { headers });
}

for (
  const [path, type] of [
    [STYLE, "text/css; charset=utf-8"],
    [MARK, "image/svg+xml"],
  ] as const
) {
  Deno.test(`assetView() serves ${type} for a year`, async () => {
    const response = await get(path);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), type);
    assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const name = fingerprint(await response.text());
    assert(path.includes(`.${name}.`));
  });
}

Deno.test("assetView() answers 304 to who has it already", async () => {
  const first = await get(STYLE);
  const etag = first.headers.get("etag") ?? "";
  assertMatch(etag, /^"[^"]+"$/);
  await first.body?.cancel();
  const second = await get(STYLE, { "if-none-match": `"other", ${etag}` });
  assertEquals(second.status, 304);
  assertEquals(second.headers.get("etag"), etag);
  assertEquals(await second.text(), "");
  const third = await get(STYLE, { "if-none-match": '"other"' });
  assertEquals(third.status, 200);
  await third.body?.cancel();
});

for (
  const [what, headerFor] of [
    ["blanks", () => `x${" ".repeat(64_000)}y`],
    ["blanks and commas", () => `x${" ,".repeat(32_000)}`],
    ["blanks after the right tag", (etag: string) => `${etag}${" ".repeat(64_000)}x`],
  ] as const
) {
  Deno.test(`assetView() is not held up by a long If-None-Match of ${what}`, async () => {
    const etag = (await get(STYLE)).headers.get("etag") ?? "";
    const start = performance.now();
    const response = await get(STYLE, { "if-none-match": headerFor(etag) });
    const took = performance.now() - start;
    assertEquals(response.status, 200);
    assert((await response.text()).length > 0);
    assert(took < 500, `it took ${took} ms`);
  });
}

Deno.test("assetView() computes no tag for a request", async () => {
  const digest = spy(crypto.subtle, "digest");
  try {
    for (let count = 0; count < 3; count++) await (await get(STYLE)).body?.cancel();
  } finally {
    digest.restore();
  }
  assertSpyCalls(digest, 0);
});

Deno.test("assetView() answers 404 to a name it never gave", async () => {
  for (const path of ["/assets/style.css", "/assets/constructor", "/assets/..%2fhome.tsx"]) {
    const response = await get(path);
    assertEquals(response.status, 404);
    await response.body?.cancel();
  }
});

Deno.test("the style sheet has less than 8 KiB and asks nothing of others", async () => {
  const text = await (await get(STYLE)).text();
  const bytes = new TextEncoder().encode(text).length;
  assert(bytes < 8192, `it has ${bytes} bytes`);
  assertEquals(text.match(/url\(|@import/g), null);
});

Deno.test("fingerprint() is FNV-1a", () => {
  assertEquals(fingerprint(""), (0x811c9dc5).toString(32).padStart(7, "0"));
  assertEquals(fingerprint("foobar"), (0xbf9cf968).toString(32).padStart(7, "0"));
  assertNotEquals(fingerprint("a"), fingerprint("b"));
  assertMatch(fingerprint("ü"), /^[0-9a-v]{7}$/);
});
