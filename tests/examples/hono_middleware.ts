/** Sessions as a middleware of Hono, typed by Hono's own types. */
import { CookieStore, generateSecret, type Session, Sessions } from "@satchel/satchel";
import { originGuard } from "@satchel/satchel/web";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";

interface Data {
  counter: number;
}

const sessions = new Sessions<Data>({ store: new CookieStore({ secrets: [generateSecret()] }) });
const isTrustedOrigin = originGuard();

/** Loads the session before the view and commits it after. */
export const withSession = createMiddleware<{ Variables: { session: Session<Data> } }>(
  async (c, next) => {
    if (!isTrustedOrigin(c.req.raw)) return c.text("Forbidden", 403);
    const session = await sessions.load(c.req.raw);
    c.set("session", session);
    await next();
    if (c.error) return; // a view that threw changes nothing
    const response = await sessions.commit(session, c.res);
    c.res = undefined; // Hono would merge the old response's headers into the new one
    c.res = response;
  },
);

const app = new Hono()
  .use(withSession)
  .get("/", (c) => {
    const session = c.get("session").update("counter", (counter = 0) => counter + 1);
    return c.text(`Count: ${session.get("counter")}`);
  })
  .post("/reset", (c) => {
    c.get("session").destroy();
    return c.redirect("/", 303);
  });

export default app;
