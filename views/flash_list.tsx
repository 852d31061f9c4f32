import type { JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import type { Visitor } from "./visitor.ts";

/** The levels the site shows, each with the word that says it without colour. */
const LEVELS: Readonly<Record<string, string>> = {
  info: "Note",
  success: "Done",
  warning: "Careful",
  error: "Error",
};

/** The messages that wait for the visitor, taken in order. Nothing if there are none. */
export function FlashList({ session }: { session: Session<Visitor> }): JSX.Element | null {
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
