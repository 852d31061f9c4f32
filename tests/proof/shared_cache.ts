/**
 * A small model of the caches between a server and many visitors: may one of them store a response
 * and give it to someone else?
 *
 * It is written against the library: where caches differ, it holds the careless one's view, too.
 *
 * @module
 */

/** How a cache takes a header apart. */
type Reader = (value: string) => Map<string, string>;

/** Statuses that may be stored without being asked to (RFC 9110, section 15.1). */
const HEURISTIC = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

/** Headers that take the place of `Cache-Control` for some (RFC 9213, Edge Architecture, Akamai). */
const TARGETED = /^(?:.+-cache|surrogate|edge)-control$/;

/**
 * Why a shared cache may store a response and reuse it for other visitors, or null if it may not.
 *
 * @param request The request.
 * @param response What the server answered.
 */
export function storable(request: Request, response: Response): string | null {
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  for (const [name, value] of response.headers) {
    if (name === "x-accel-expires" && Number(value) > 0) return `${name}: ${value}`;
    if (!TARGETED.test(name)) continue;
    for (const read of [properly, naively]) {
      if (allows(read(value), response)) return `${name}: ${value}`;
    }
  }
  for (const read of [properly, naively]) {
    const control = response.headers.get("cache-control") ?? "";
    if (allows(read(control), response)) return `cache-control: ${control}`;
  }
  return null;
}

/** RFC 9111, section 3, for a cache that is shared. */
function allows(directives: Map<string, string>, { status, headers }: Response): boolean {
  if (directives.has("no-store")) return false;
  // With field names, private and no-cache speak of these fields alone (sections 5.2.2.4 and .7).
  if (directives.get("private") === "") return false;
  return ["public", "max-age", "s-maxage"].some((name) => directives.has(name)) ||
    headers.has("expires") || HEURISTIC.includes(status);
}

/** As the grammar has it: quoted strings are one value, whatever commas they hold. */
function properly(value: string): Map<string, string> {
  const directives = new Map<string, string>();
  const pattern = /\s*([^\s=,";]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?[^,]*(?:,|$)/gy;
  for (const [, name = "", quoted, token] of value.matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? token ?? "");
  }
  return directives;
}

/** As many a cache has it: split at commas, and at the first equals sign. */
function naively(value: string): Map<string, string> {
  return new Map(
    value.split(",").map((part): [string, string] => {
      const [name = "", ...rest] = part.split("=");
      return [name.trim().toLowerCase(), rest.join("=").trim()];
    }),
  );
}
