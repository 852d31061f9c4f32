/** Satchel's routes and sessions on Node's http server. */
import { serve } from "@hono/node-server";
import { CookieStore, Sessions } from "@satchel/satchel";
import { createHandler, html } from "@satchel/satchel/web";
import process from "node:process";

const secrets = process.env.SESSION_SECRETS?.split(" ") ?? [];
const sessions = new Sessions<{ counter: number }>({ store: new CookieStore({ secrets }) });

const fetch = createHandler({
  sessions,
  routes: [{
    method: "GET",
    path: "/",
    view: ({ session }) => {
      session.update("counter", (counter = 0) => counter + 1);
      return html(`<p>Count: ${session.get("counter")}</p>`);
    },
  }],
});

serve({
  fetch,
  hostname: "127.0.0.1",
  port: Number(process.env.PORT ?? 8000),
  overrideGlobalObjects: false, // or responses made from one `Headers` object would share it
}, (address) => {
  console.log(`Listening on http://127.0.0.1:${address.port}/`);
});
