import { ChangeTrace } from "../../src/inspector/mod.ts";
import { CookieStore, Sessions, type SessionStore } from "../../src/session/mod.ts";
import { createHandler } from "../../src/web/mod.ts";
import { errorPage, onFormExpired, routes, type Visitor } from "../../views/routes.ts";
import { Browser } from "./browser.ts";
import { SECRET } from "./secrets.ts";

/** How a site under test differs from the real one. */
export interface SiteOptions {
  store?: SessionStore;
  idleTimeout?: number;
  now?: () => number;
}

/** The demo as `main.ts` puts it together, without a server around it. */
export interface Site {
  handler: (request: Request) => Response | Promise<Response>;
  sessions: Sessions<Visitor>;
  errors: unknown[];
  /** A visitor's browser; `new Browser(handler)` is another visitor's. */
  browser: Browser;
}

/** Puts the demo together. */
export function site(options: SiteOptions = {}): Site {
  const store = options.store ?? new CookieStore({ secrets: [SECRET] });
  const sessions = new Sessions<Visitor>({ trace: new ChangeTrace(), ...options, store });
  const errors: unknown[] = [];
  const handler = createHandler({
    routes: routes({ sessions, store }),
    sessions,
    csrf: true,
    errorPage,
    onFormExpired,
    onError: (error) => errors.push(error),
  });
  return { handler, sessions, errors, browser: new Browser(handler) };
}
