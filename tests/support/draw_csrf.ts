import { type Session, stateOf } from "../../src/session/session.ts";
import { csrfToken, hasCsrfToken, renewCsrfToken } from "../../src/web/mod.ts";

/** Draws a new secret for a session's CSRF tokens; returns it. */
export function drawCsrf<Data extends object>(session: Session<Data>): string {
  if (hasCsrfToken(session)) renewCsrfToken(session);
  else csrfToken(session);
  return stateOf(session).record.csrf ?? "";
}
