import { page } from "../page.ts";
import { hostname, html, port, require, secret } from "./peer.mjs";

const { H3, serve, useSession } = require("h3");
const app = new H3();

app.get("/", async (event) => {
  const session = await useSession(event, { password: secret, cookie: { secure: false } });
  const counter = (session.data.counter ?? 0) + 1;
  await session.update({ counter });
  event.res.headers.set("content-type", html);
  return page(counter);
});

serve(app, { hostname, port, silent: true });
