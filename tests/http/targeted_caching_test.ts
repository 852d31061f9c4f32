import { assertEquals } from "@std/assert";
import { dropTargetedCaching } from "../../src/http/targeted_caching.ts";

Deno.test("dropTargetedCaching() leaves Cache-Control and all that is none of its business", () => {
  const headers = new Headers({
    "CDN-Cache-Control": "max-age=600",
    "Netlify-CDN-Cache-Control": "public",
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
});
