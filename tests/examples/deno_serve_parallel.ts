/**
 * Sessions in every thread of `deno serve --parallel`, on one port: threads share only the secrets.
 */
import { CookieStore, Sessions } from "@satchel/satchel";

const secrets = Deno.env.get("SESSION_SECRETS")?.split(" ") ?? [];
const sessions = new Sessions<{ counter: number }>({ store: new CookieStore({ secrets }) });

export default {
  fetch: (request) =>
    sessions.handle(request, (session) => {
      session.update("counter", (counter = 0) => counter + 1);
      return new Response(`Count: ${session.get("counter")}`);
    }),
} satisfies Deno.ServeDefaultExport;
