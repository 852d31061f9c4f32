import { type Session, Sessions } from "@satchel/satchel";
import { ChangeTrace, inspect } from "@satchel/satchel/inspector";
import { MemoryStore } from "@satchel/satchel/stores/memory";
import { createHandler, csrfToken, redirect } from "@satchel/satchel/web";
import { assertEquals } from "@std/assert";
import { keep, recordOf, requestWith, type Values, visit } from "./sample.ts";

for (
  const [fate, end] of [
    ["ended", (session: Session<Values>) => session.destroy()],
    ["got a new id", (session: Session<Values>) => session.regenerate()],
  ] as const
) {
  Deno.test(`createHandler() takes it for no loss when a session ${fate} that was given a token`, async () => {
    const store = new MemoryStore();
    const id = await keep(store, recordOf(1));
    const errors: unknown[] = [];
    const handler = createHandler({
      sessions: new Sessions({ store }),
      routes: [{
        method: "POST",
        path: "/",
        async view({ session }) {
          csrfToken(session);
          await visit(store, requestWith(id, "POST"), end);
          return redirect("/");
        },
      }],
      onError: (error) => void errors.push(error),
    });
    const { status, headers } = await handler(requestWith(id, "POST"));
    assertEquals([status, headers.getSetCookie(), errors], [303, [], []]);
    assertEquals(headers.get("cache-control"), "private, no-cache");
  });
}

Deno.test("inspect() shows the last changes under the cookie's own name alone", async () => {
  const store = new MemoryStore();
  const named = (name: string) =>
    new Sessions<{ user: string }>({ store, cookie: { name }, trace: new ChangeTrace() });
  const [pending, auth] = [named("pending"), named("auth")];
  const first = await pending.handle(new Request("http://localhost/"), (session) => {
    session.set("user", "ann");
    return new Response();
  });
  const [, value = ""] = /^pending=([^;]+)/.exec(first.headers.getSetCookie()[0] ?? "") ?? [];
  const changes = async (sessions: typeof auth, scheme: string, name: string) => {
    const headers = { cookie: `${name}=${value}` };
    const session = await sessions.load(new Request(`${scheme}://localhost/`, { headers }));
    return inspect(session).lastChanges;
  };
  assertEquals(await changes(pending, "http", "pending"), ["set user"]);
  assertEquals(await changes(auth, "http", "auth"), []);
  assertEquals(await changes(pending, "https", "__Host-pending"), []);
});
