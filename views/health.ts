import { type SessionStore, SessionStoreError } from "../src/session/mod.ts";
import type { View } from "../src/web/mod.ts";
import type { Visitor } from "./visitor.ts";

/** `GET /healthz`: tells a load balancer whether this server can serve. */
export function healthView(store: Pick<SessionStore, "ping">): View<Visitor> {
  return async () => {
    const headers = { "cache-control": "no-store" };
    try {
      await store.ping();
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
      return new Response("the session store does not answer\n", { status: 503, headers });
    }
    return new Response("ok", { headers });
  };
}
