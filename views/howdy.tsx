import type { View } from "../src/web/mod.ts";
import { countVisit } from "./count_visit.ts";
import { Layout } from "./layout.tsx";
import { page } from "./render.tsx";
import type { Visitor } from "./visitor.ts";

/** `GET /howdy`: the tutorial's second view, which raises the same counter. */
export const howdyView: View<Visitor> = ({ session }) =>
  page(
    <Layout title="Quick Tutorial: Hello View" path="/howdy" session={session}>
      <h1>Hi Hello View</h1>
      <p>Count: {countVisit(session)}</p>
    </Layout>,
  );
