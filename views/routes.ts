import type { Route, Sessions, View } from "../src/mod.ts";
import { assetView } from "./assets.ts";
import { addItemView, cartView, clearCartView, removeItemView } from "./cart.tsx";
import { healthView } from "./health.ts";
import { homeView } from "./home.tsx";
import { howdyView } from "./howdy.tsx";
import { regenerateView, resetView, sessionView } from "./session.tsx";
import type { Visitor } from "./visitor.ts";

/** The site's table of contents. */
export function routes(sessions: Sessions<Visitor>): Route<View<Visitor>>[] {
  return [
    { method: "GET", path: "/", view: homeView },
    { method: "GET", path: "/howdy", view: howdyView },

    { method: "GET", path: "/cart", view: cartView },
    { method: "POST", path: "/cart", view: addItemView },
    { method: "POST", path: "/cart/remove", view: removeItemView },
    { method: "POST", path: "/cart/clear", view: clearCartView },

    { method: "GET", path: "/session", view: sessionView(sessions) },
    { method: "POST", path: "/session/regenerate", view: regenerateView },
    { method: "POST", path: "/session/reset", view: resetView },

    { method: "GET", path: "/healthz", view: healthView(sessions), session: false },
    { method: "GET", path: "/assets/:file", view: assetView, session: false },
  ];
}
