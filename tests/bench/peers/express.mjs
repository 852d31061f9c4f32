import { page } from "../page.ts";
import { hostname, html, port, require, secret } from "./peer.mjs";

const cookieSession = require("cookie-session");
const app = require("express")();

// The other contestants send neither, so Express need not compute them.
app.disable("etag");
app.disable("x-powered-by");
app.use(cookieSession({ name: "session", keys: [secret], sameSite: "lax" }));

app.get("/", (request, response) => {
  const counter = (request.session.counter ?? 0) + 1;
  request.session.counter = counter;
  response.type(html).send(page(counter));
});

app.listen(port, hostname);
