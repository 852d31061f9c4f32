/**
 * Satchel with the pages that are measured. Arguments: port, and options as JSON: see
 * `SatchelServerOptions`.
 */

import { Sessions } from "../../../src/session/mod.ts";
import { createHandler, html, type Route } from "../../../src/web/mod.ts";
import { page } from "../page.ts";
import { openBenchStore } from "./bench_store.ts";

interface SatchelServerOptions {
  /** Whether the unseal cache is off, so that every request pays for decryption. */
  cold?: boolean;
  /** Characters of other data that each session carries. */
  filler?: number;
  /** Where sessions are kept; nothing for the cookie. */
  location?: string;
  /** Whether several processes share the port. */
  reusePort?: boolean;
}

interface Visit {
  counter: number;
  filler: string;
}

const [port, json = "{}"] = Deno.args;
const options: SatchelServerOptions = JSON.parse(json);
const { cold = false, filler = 0, location = "", reusePort = false } = options;

const store = await openBenchStore(location, cold);
const text = "A session is as long as what it remembers. ".repeat(100).slice(0, filler);

const routes: Route<Visit>[] = [
  {
    method: "GET",
    path: "/",
    view({ session }) {
      if (filler > 0 && session.isNew) session.set("filler", text);
      session.update("counter", (counter = 0) => counter + 1);
      return html(page(session.get("counter") ?? 0));
    },
  },
  {
    method: "GET",
    path: "/read",
    view: ({ session }) => html(page(session.get("counter") ?? 0)),
  },
  {
    method: "GET",
    path: "/flash",
    view({ session }) {
      const messages = session.takeFlash().map(({ message }) => message).join(" ");
      session.flash("Your item was added.", { level: "success" });
      return html(page(session.get("counter") ?? 0, messages));
    },
  },
  { method: "GET", path: "/plain", session: false, view: () => html(page(0)) },
];

const handler = createHandler({ routes, sessions: new Sessions<Visit>({ store }) });

Deno.serve({ hostname: "127.0.0.1", port: Number(port), reusePort, onListen() {} }, handler);
