import type { Session } from "../src/session/mod.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Counts one visit of the tutorial's pages, which share the counter.
 *
 * @param session The visitor's session.
 * @returns The number of visits, this one included.
 */
export function countVisit(session: Session<Visitor>): number {
  session.update("counter", (visits = 0) => visits + 1);
  return session.get("counter") ?? 0;
}
