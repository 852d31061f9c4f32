import { inspect } from "../src/inspector/mod.ts";
import type { Session } from "../src/session/mod.ts";
import { duration } from "./duration.ts";
import type { Visitor } from "./visitor.ts";

/**
 * Queues a message for a visitor whose session has ended, which they would else notice by what is
 * missing. It is queued once: with the message begins a new session.
 *
 * @param session The visitor's session.
 */
export function noteEnding(session: Session<Visitor>): void {
  // A store may have deleted an expired session already: then its id is unknown.
  if (session.refusal !== "expired" && session.refusal !== "unknown id") return;
  const { idleExpiresAt, absoluteExpiresAt } = inspect(session);
  const span = (begin: Date, end: Date) => duration((end.getTime() - begin.getTime()) / 1000);
  const causes = [
    idleExpiresAt && `after ${span(session.renewedAt, idleExpiresAt)} without a visit`,
    absoluteExpiresAt && `after ${span(session.createdAt, absoluteExpiresAt)} in all`,
    session.refusal === "unknown id" && "on another device",
  ].filter(Boolean);
  session.flash(`Your session ended ${causes.join(", or ")}.`, { level: "warning" });
}
