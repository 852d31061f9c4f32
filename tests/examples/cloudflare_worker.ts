/** Sessions in a Cloudflare Worker: `wrangler secret put SESSION_SECRETS`. */
import { CookieStore, Sessions } from "@satchel/satchel";

interface Environment {
  readonly SESSION_SECRETS: string;
}

let sessions: Sessions<{ counter: number }> | undefined;

export default {
  fetch(request: Request, { SESSION_SECRETS }: Environment): Response | Promise<Response> {
    // Made once, by the first request: a worker's secrets come with its requests.
    sessions ??= new Sessions({ store: new CookieStore({ secrets: SESSION_SECRETS.split(" ") }) });
    return sessions.handle(request, (session) => {
      session.update("counter", (counter = 0) => counter + 1);
      return new Response(`Count: ${session.get("counter")}`);
    });
  },
};
