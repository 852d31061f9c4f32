/** A session that does not fit its place: what the developer is told, and what the visitor sees. */
import { CookieStore, generateSecret, SessionSizeError, type SessionStore } from "@satchel/satchel";
import { inspect } from "@satchel/satchel/inspector";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { html, type Problem, rememberForm } from "@satchel/satchel/web";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { Visitor } from "../support/browser.ts";
import { sessionsIn } from "../support/sessions.ts";
import { appOf, request } from "./app.ts";

const STORES: readonly [name: string, store: SessionStore, limit: number][] = [
  ["CookieStore", new CookieStore({ secrets: [generateSecret()] }), 4096],
  ["MemoryStore", new MemoryStore({ maxBytes: 1000 }), 1000],
];

for (const [name, store, limit] of STORES) {
  for (const accept of ["text/html", "application/json"]) {
    Deno.test(`createHandler() names keys of a session too large for the ${name} to the developer alone, in ${accept}`, async () => {
      const problems: Problem[] = [];
      for (const errorPage of [undefined, (problem: Problem) => `${problems.push(problem)}`]) {
        const { handler, errors } = appOf(({ session }) => {
          session.set("risk_score", "x".repeat(limit)).set("cart", "y".repeat(9));
          return html("done");
        }, { sessions: sessionsIn(store), errorPage });
        const response = await handler(request("/", { headers: { accept } }));
        const all = `${await response.text()} ${JSON.stringify([...response.headers, problems])}`;
        assertEquals(response.status, 413);
        for (const secret of ["risk_score", "cart", "xx", String(limit), "bytes", name]) {
          assertFalse(all.includes(secret), `${secret} in ${all}`);
        }
        if (errorPage === undefined) assertStringIncludes(all, "Your session has no room for this");
        assertEquals(errors.length, 1);
        const [error] = errors;
        assertInstanceOf(error, SessionSizeError);
        assertStringIncludes(error.message, "its largest parts are risk_score (");
        assertEquals(error.report.largest.map(({ key }) => key), ["risk_score", "cart"]);
      }
      const detail = "Your session has no room for this, so nothing of it was stored";
      const shown = { status: 413, title: "Content Too Large", detail };
      assertEquals(problems, accept === "text/html" ? [shown] : []);
    });
  }

  Deno.test(`SessionSizeError counts as inspect() does, to the byte, in the ${name}`, async () => {
    const fits: number[] = [];
    const failed: number[] = [];
    for (let size = 0; size <= limit; size++) {
      const visitor = new Visitor(sessionsIn(store));
      let bytes = 0;
      const visit = () =>
        visitor.visit((session) => {
          bytes = inspect(session.set("a", `ü${"x".repeat(size)}`)).bytes;
        });
      await visit().then(() => fits.push(bytes), ({ report }) => {
        assertEquals([report.bytes, report.limit], [bytes, limit]);
        failed.push(bytes);
      });
      if (failed.length > 2) break;
      if (bytes < limit - 9) size += (limit - bytes) / 2 | 0; // far from the limit
    }
    assert(Math.max(...fits) <= limit && limit - Math.max(...fits) < 2, `${fits}`);
    assert(Math.min(...failed) > limit && Math.min(...failed) - limit < 3, `${failed}`);
  });
}

Deno.test("SessionSizeError names messages, remembered forms and the owner among the largest parts", async () => {
  const visitor = new Visitor(sessionsIn(new MemoryStore({ maxBytes: 1500 })));
  const error = await visitor.visit((session) => {
    session.set("small", 1).set("cart", "x".repeat(20)).setOwner("o".repeat(900));
    for (let count = 0; count < 4; count++) session.flash("x".repeat(100));
    rememberForm(session, "a", { values: [["text", "x".repeat(500)]], errors: {} });
  }).catch((thrown) => thrown);
  assertInstanceOf(error, SessionSizeError);
  const keys = error.report.largest.map(({ key }) => key);
  assertEquals(keys, ["owner", "remembered forms", "flash messages"]);
  assertStringIncludes(error.message, "its largest parts are owner (");
});
