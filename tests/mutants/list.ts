import { AT_REST } from "./at_rest.ts";
import { CACHING } from "./caching.ts";
import { CHANGES } from "./changes.ts";
import { COOKIE } from "./cookie.ts";
import { COOKIE_STORE } from "./cookie_store.ts";
import { CSRF } from "./csrf.ts";
import { DATABASES } from "./databases.ts";
import { FORMS } from "./forms.ts";
import { HANDLER } from "./handler.ts";
import { KEYS } from "./keys.ts";
import { LIFETIMES } from "./lifetimes.ts";
import { LIMITS } from "./limits.ts";
import { ONE_REQUEST } from "./one_request.ts";
import { OWNERS } from "./owners.ts";
import { PAGES } from "./pages.ts";
import { REQUESTS } from "./requests.ts";
import { RETIRED } from "./retired.ts";
import type { Mutant } from "./run_mutants.ts";
import { SAVING } from "./saving.ts";
import { SEAL } from "./seal.ts";
import { SERVER } from "./server.ts";
import { SERVER_STORE } from "./server_store.ts";
import { SESSIONS } from "./sessions.ts";
import { VIEWS } from "./views.ts";

/** The mistakes that `deno task test:mutants` makes, one list a part of the source. */
export const MUTANTS: readonly Mutant[] = [
  ...SEAL,
  ...KEYS,
  ...COOKIE,
  ...CACHING,
  ...LIMITS,
  ...LIFETIMES,
  ...COOKIE_STORE,
  ...SESSIONS,
  ...SAVING,
  ...CHANGES,
  ...SERVER_STORE,
  ...RETIRED,
  ...AT_REST,
  ...OWNERS,
  ...DATABASES,
  ...CSRF,
  ...REQUESTS,
  ...ONE_REQUEST,
  ...HANDLER,
  ...FORMS,
  ...PAGES,
  ...SERVER,
  ...VIEWS,
];
