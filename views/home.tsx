import type { View } from "../src/web/mod.ts";
import { countVisit } from "./count_visit.ts";
import { Layout } from "./layout.tsx";
import { page } from "./render.tsx";
import type { Visitor } from "./visitor.ts";

/** `GET /`: the tutorial's first view. */
export const homeView: View<Visitor> = ({ session }) =>
  page(
    <Layout title="Quick Tutorial: Home View" path="/" session={session}>
      <h1>Hi Home View</h1>
      <p>Count: {countVisit(session)}</p>
    </Layout>,
  );
