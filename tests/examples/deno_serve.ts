/** Sessions with nothing but `Deno.serve`. */
import { CookieStore, Sessions } from "@satchel/satchel";

const secrets = Deno.env.get("SESSION_SECRETS")?.split(" ") ?? [];
const sessions = new Sessions<{ counter: number }>({ store: new CookieStore({ secrets }) });

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 8000) }, (request) => {
  return sessions.handle(request, (session) => {
    session.update("counter", (counter = 0) => counter + 1);
    return new Response(`Count: ${session.get("counter")}`);
  });
});
