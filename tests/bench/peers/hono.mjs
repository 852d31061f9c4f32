import { page } from "../page.ts";
import { hostname, port, require, secret } from "./peer.mjs";

const { serve } = require("@hono/node-server");
const { Hono } = require("hono");
const { getIronSession, webCookies } = require("iron-session");

const options = {
  password: secret,
  cookieName: "session",
  cookieOptions: { secure: false },
};
const app = new Hono();

app.get("/", async (context) => {
  const cookies = webCookies(context.req.raw, context.res.headers);
  const session = await getIronSession(cookies, options);
  session.counter = (session.counter ?? 0) + 1;
  await session.save();
  return context.html(page(session.counter));
});

serve({ fetch: app.fetch, hostname, port });
