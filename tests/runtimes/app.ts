/**
 * What every runtime is given: the demo as `main.ts` puts it together, and under `/conformance` the
 * checks that run inside of the runtime. Bundled into one ES module; its default export is what
 * `deno serve`, Bun and workerd take.
 *
 * @module
 */

import { ChangeTrace } from "../../src/inspector/mod.ts";
import { CookieStore, Sessions } from "../../src/session/mod.ts";
import { createHandler } from "../../src/web/mod.ts";
import { errorPage, routes, type Visitor } from "../../views/routes.ts";
import { outcomes } from "./checks.ts";
import { conformance } from "./conformance.ts";
import { NEW_SECRET, OLD_SECRET } from "./secrets.ts";

const store = new CookieStore({ secrets: [NEW_SECRET, OLD_SECRET] });
const sessions = new Sessions<Visitor>({ store, trace: new ChangeTrace() });
const demo = createHandler({
  routes: routes({ sessions, store }),
  sessions,
  csrf: true,
  errorPage,
});

const app: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    // Not by way of `URL`: with a bad `Host` there are requests whose `url` is not one.
    if (!request.url.endsWith("/conformance")) return await demo(request);
    return Response.json(await outcomes(conformance));
  },
};

export default app;
