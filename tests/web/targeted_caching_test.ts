import { assertEquals } from "@std/assert";
import { dropTargetedCaching } from "../../src/session/headers.ts";

Deno.test("dropTargetedCaching() leaves Cache-Control and all that is none of its business", () => {
  const headers = new Headers({
    "CDN-Cache-Control": "max-age=600",
    "Netlify-CDN-Cache-Control": "public",
    "Unheard-Of-Cache-Control": "public, max-age=600",
    "Surrogate-Control": "max-age=600",
    "Edge-Control": "max-age=600",
    "X-Accel-Expires": "60",
    "Cache-Control": "private",
    "Surrogate-Key": "page",
    "Access-Control-Allow-Origin": "https://shop.example",
  });
  dropTargetedCaching(headers);
  assertEquals([...headers.keys()], [
    "access-control-allow-origin",
    "cache-control",
    "surrogate-key",
  ]);
  assertEquals(headers.get("cache-control"), "private");
});

for (
  const name of [
    "CDN-Cache-Control",
    "Cloudflare-CDN-Cache-Control",
    "Vercel-CDN-Cache-Control",
    "x-cache-control",
    "Surrogate-Control",
    "Edge-Control",
    "X-Accel-Expires",
  ]
) {
  Deno.test(`dropTargetedCaching() takes ${name} away, alone and among others`, () => {
    const alone = new Headers({ [name]: "max-age=60" });
    dropTargetedCaching(alone);
    assertEquals([...alone], []);
    const among = new Headers({ "Cache-Control": "no-store", [name]: "1", "X-Other": "2" });
    dropTargetedCaching(among);
    assertEquals([...among], [["cache-control", "no-store"], ["x-other", "2"]]);
  });
}

for (
  const name of [
    "Cache-Control",
    "Cache-Control-Notes",
    "X-Surrogate-Control",
    "Surrogate-Control-Notes",
    "X-Accel-Expires-At",
    "X-Cache",
  ]
) {
  Deno.test(`dropTargetedCaching() leaves ${name}`, () => {
    const headers = new Headers({ [name]: "max-age=60" });
    dropTargetedCaching(headers);
    assertEquals(headers.get(name), "max-age=60");
  });
}
