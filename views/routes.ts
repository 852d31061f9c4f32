import type { Sessions, SessionStore } from "../src/session/mod.ts";
import type { Route } from "../src/web/mod.ts";
import { assetView } from "./assets.ts";
import { addItemView, cartView, clearCartView, removeItemView } from "./cart.tsx";
import { healthView } from "./health.ts";
import { homeView } from "./home.tsx";
import { howdyView } from "./howdy.tsx";
import { regenerateView, resetView, sessionView } from "./session.tsx";
import {
  endSessionView,
  signInPage,
  signInView,
  signOutElsewhereView,
  signOutView,
} from "./sign_in.tsx";
import type { Visitor } from "./visitor.ts";

export { errorPage } from "./error.tsx";
export { onFormExpired } from "./sign_in.tsx";
export type { Visitor } from "./visitor.ts";

/** The parts of the application that pages need. */
export interface Site {
  /** The visitors' sessions. */
  sessions: Sessions<Visitor>;
  /** The store that keeps them. */
  store: SessionStore;
}

/** The site's route table. */
export function routes({ sessions, store }: Site): Route<Visitor>[] {
  return [
    { method: "GET", path: "/", view: homeView },
    { method: "GET", path: "/howdy", view: howdyView },

    { method: "GET", path: "/cart", view: cartView },
    { method: "POST", path: "/cart", view: addItemView },
    { method: "POST", path: "/cart/remove", view: removeItemView },
    { method: "POST", path: "/cart/clear", view: clearCartView },

    { method: "GET", path: "/session", view: sessionView },
    { method: "POST", path: "/session/regenerate", view: regenerateView },
    { method: "POST", path: "/session/reset", view: resetView },

    { method: "GET", path: "/sign-in", view: signInPage({ sessions, store }) },
    { method: "POST", path: "/sign-in", view: signInView(store) },
    { method: "POST", path: "/sign-in/end", view: endSessionView(sessions) },
    { method: "POST", path: "/sign-in/elsewhere", view: signOutElsewhereView(sessions) },
    { method: "POST", path: "/sign-out", view: signOutView },

    { method: "GET", path: "/healthz", view: healthView(store), session: false },
    { method: "GET", path: "/assets/:file", view: assetView, session: false },
  ];
}
