import type { JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import { noteEnding } from "./session_ended.ts";
import type { Visitor } from "./visitor.ts";

/** The levels that the site shows, each with the word that tells it without colour. */
const LEVELS: Readonly<Record<string, string>> = {
  info: "Note",
  success: "Done",
  warning: "Careful",
  error: "Error",
};

/** The visitor's flash messages, in order; nothing if there are none. Shown once. */
export function FlashList({ session }: { session: Session<Visitor> }): JSX.Element | null {
  noteEnding(session);
  const messages = session.takeFlash(Object.keys(LEVELS));
  if (messages.length === 0) return null;
  return (
    <ul class="flashes" aria-label="Messages">
      {messages.map(({ level, message }) => (
        <li class={`flash ${level}`}>
          <strong>{LEVELS[level]}</strong>
          <p role={level === "error" ? "alert" : "status"}>{message}</p>
          {/* Once ticked, the style sheet hides the message: no script needed. */}
          <input type="checkbox" autocomplete="off" aria-label={`Dismiss: ${message}`} />
        </li>
      ))}
    </ul>
  );
}
