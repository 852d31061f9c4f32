import { inspect } from "@satchel/satchel/inspector";
import { assert, assertEquals } from "@std/assert";
import type { Session, Sessions } from "@satchel/satchel";
import { createHandler, csrfToken, HttpError, type View } from "@satchel/satchel/web";
import { Visitor } from "../support/browser.ts";
import { cookieSessions, type Values } from "../support/sessions.ts";
import { fc, property } from "./property.ts";
import { storable } from "./shared_cache.ts";

const GET = new Request("http://shop.example/");

const KNOWN: [storable: boolean, headers: Record<string, string>, status?: number][] = [
  [true, {}],
  [false, {}, 500],
  [true, { "cache-control": "public" }, 500],
  [true, { expires: "Thu, 01 Jan 2099 00:00:00 GMT" }, 302],
  [false, { "cache-control": "private" }],
  [false, { "cache-control": "max-age=60, private" }],
  [true, { "cache-control": 'private="set-cookie", max-age=60' }],
  [true, { "cache-control": 'no-cache="private"' }],
  [false, { "cache-control": "no-store, public" }],
  [true, { "cache-control": "no-cache" }],
  [true, { "cache-control": "private", "cdn-cache-control": "max-age=60" }],
  [false, { "cache-control": "private", "cdn-cache-control": "private" }],
  [true, { "cache-control": "private", "surrogate-control": "max-age=60" }],
  [true, { "cache-control": "private", "x-accel-expires": "60" }],
  [false, { "cache-control": "private", "x-accel-expires": "0" }],
];

for (const [expected, headers, status = 200] of KNOWN) {
  const what = JSON.stringify(headers);
  Deno.test(`storable() says ${expected ? "yes" : "no"} to ${what} with status ${status}`, () => {
    const answer = storable(GET, new Response(null, { status, headers }));
    assertEquals(answer !== null, expected, String(answer));
  });
}

const directive = fc.oneof(
  fc.constantFrom(
    "public",
    "Public",
    "private",
    "PRIVATE",
    "no-store",
    "no-cache",
    "must-revalidate",
    "immutable",
    "max-age=60",
    "s-maxage=600",
    "S-MaxAge = 600",
    'max-age="60"',
    'private="set-cookie"',
    'private="set-cookie, x-user"',
    'private=""',
    'private="',
    "private=x",
    'no-cache="set-cookie, public"',
    'x="a\\", public"',
    'x="public',
    'x="\\"',
    "stale-while-revalidate=600",
    "",
    " ",
    "=",
    '"',
  ),
  fc.string({ unit: fc.constantFrom(...'abpu=", \\-'), maxLength: 6 }),
);
const control = fc.array(directive, { maxLength: 5 }).chain((parts) =>
  fc.constantFrom(",", ", ", " ,", ",,").map((comma) => parts.join(comma))
);
const header = fc.oneof(
  fc.tuple(fc.constant("Cache-Control"), control),
  fc.tuple(fc.constant("Cache-Control"), control),
  fc.tuple(
    fc.constantFrom(
      "CDN-Cache-Control",
      "Vercel-CDN-Cache-Control",
      "Netlify-CDN-Cache-Control",
      "Surrogate-Control",
      "Edge-Control",
    ),
    control,
  ),
  fc.tuple(fc.constant("X-Accel-Expires"), fc.constantFrom("0", "60", "@1999999999")),
  fc.tuple(fc.constant("Expires"), fc.constantFrom("0", "Thu, 01 Jan 2099 00:00:00 GMT")),
  fc.tuple(fc.constant("Vary"), fc.constantFrom("*", "Accept", "Cookie", "accept-encoding")),
  fc.tuple(fc.constant("Set-Cookie"), fc.constantFrom("theme=dark", "session=; Max-Age=0")),
  fc.tuple(fc.constant("Surrogate-Key"), fc.constant("page")),
);

/** What views say most often, which chance alone would not always hit upon. */
const COMMON: [name: string, value: string][][] = [
  [],
  [["Cache-Control", "public"]],
  [["Cache-Control", "public, max-age=60"]],
  [["Cache-Control", "max-age=60"]],
  [["Cache-Control", "s-maxage=600"]],
  [["Cache-Control", 'private="set-cookie", max-age=60']],
  [["Cache-Control", "private"], ["CDN-Cache-Control", "max-age=60"]],
  [["Cache-Control", "private"], ["Surrogate-Control", "max-age=60"]],
  [["Expires", "Thu, 01 Jan 2099 00:00:00 GMT"]],
];
const peek = (session: Session<Values>): unknown => session.get("a");

/** The ways in which a view may have to do with its session: all that there are. */
const USES: Record<string, (session: Session<Values>, sessions: Sessions<Values>) => unknown> = {
  get: (session) => session.get("a"),
  has: (session) => session.has("a"),
  size: (session) => session.size,
  keys: (session) => [...session.keys()],
  entries: (session) => [...session.entries()],
  isNew: (session) => session.isNew,
  createdAt: (session) => session.createdAt,
  renewedAt: (session) => session.renewedAt,
  owner: (session) => session.owner,
  peekFlash: (session) => session.peekFlash(),
  takeFlash: (session) => session.takeFlash(),
  csrfToken: (session) => csrfToken(session),
  inspect: (session) => inspect(session),
  set: (session) => session.set("a", 1),
  update: (session) => session.update("a", () => 1),
  delete: (session) => session.delete("a"),
  clear: (session) => session.clear(),
  flash: (session) => session.flash("Hello"),
  destroy: (session) => session.destroy(),
  regenerate: (session) => session.regenerate(),
};

property(
  "no response that read or set a session may be stored by a shared cache, whatever the view says",
  {
    headers: fc.array(header, { maxLength: 6 }),
    status: fc.constantFrom(200, 203, 204, 206, 301, 302, 303, 304, 307, 308, 404, 410, 418, 500),
    manner: fc.constantFrom("return", "throw", "immutable", "error"),
    method: fc.constantFrom("GET", "HEAD"),
    hasCookie: fc.boolean(),
    renewAfter: fc.constantFrom(0, null),
  },
  async ({ headers, status, manner, method, hasCookie, renewAfter }) => {
    const sessions = cookieSessions({ renewAfter });
    let use: (typeof USES)[string] = () => {};
    let given: [name: string, value: string][] = headers;
    const view: View<Values> = ({ session }) => {
      use(session, sessions);
      if (manner === "immutable") return Response.redirect("http://shop.example/cart", 301);
      if (manner === "error") {
        throw new HttpError(status < 400 ? 404 : status, "", { headers: given });
      }
      const response = new Response(null, { status, headers: given });
      if (manner === "throw") throw response;
      return response;
    };
    const handler = createHandler({ sessions, routes: [{ method: "GET", path: "/", view }] });
    const visitor = new Visitor(sessions);
    if (hasCookie) await visitor.visit((session) => void session.set("a", 0));
    const visits = [
      ...Object.entries(USES).map(([name, used]) => ({ name, used, headers })),
      ...COMMON.map((headers) => ({ name: JSON.stringify(headers), used: peek, headers })),
    ];
    for (const { name, used, headers } of visits) {
      [use, given] = [used, headers];
      const request = visitor.request({ method });
      const response = await handler(request);
      assertEquals(storable(request, response), null, name);
      assert(manner === "error" || /\*|cookie/i.test(response.headers.get("vary") ?? ""), name);
    }
  },
);

/** A header's list, without the empty members that a copy may lose (RFC 9110, section 5.6.1.2). */
function listed(value: string | null): string[] | undefined {
  return value?.split(",").map((member) => member.trim()).filter((member) => member !== "");
}

property(
  "a response that has nothing to do with a session keeps its cache headers",
  { headers: fc.array(header, { maxLength: 6 }), status: fc.constantFrom(200, 204, 301, 404) },
  async ({ headers, status }) => {
    const view: View<Values> = () => new Response(null, { status, headers });
    const handler = createHandler({
      sessions: cookieSessions(),
      routes: [{ method: "GET", path: "/", view }],
    });
    const given = new Headers(headers);
    const response = await handler(GET);
    for (const name of given.keys()) {
      assertEquals(listed(response.headers.get(name)), listed(given.get(name)));
    }
    assertEquals(response.headers.getSetCookie(), given.getSetCookie());
    assertEquals(response.headers.get("vary"), given.get("vary"));
  },
);
