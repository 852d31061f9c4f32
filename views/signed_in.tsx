import type { JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import type { ListedSession } from "../src/stores/server.ts";
import { CsrfField } from "./csrf_field.tsx";
import { duration } from "./duration.ts";
import type { Visitor } from "./visitor.ts";

/** The most sessions that the page shows. */
export const MAX_SHOWN = 100;

/** The page of a signed-in visitor: their sessions, and buttons to end them. */
export function SignedIn({ session, name, owned }: {
  session: Session<Visitor>;
  name: string;
  /** The account's newest sessions, one more than are shown; null if the store keeps no lists. */
  owned: readonly ListedSession[] | null;
}): JSX.Element {
  return (
    <>
      <p>You are {name}.</p>
      <section class="card">
        <h2>Your sessions</h2>
        {owned === null ? <NoList /> : <List session={session} owned={owned} />}
      </section>
      <form method="post" action="/sign-out" class="actions">
        <CsrfField session={session} />
        <button class="primary">Sign out</button>
        {owned !== null && (
          <button formaction="/sign-in/elsewhere">
            Sign out everywhere else
          </button>
        )}
      </form>
    </>
  );
}

function NoList(): JSX.Element {
  return (
    <p>
      There is no list: this server keeps sessions in their visitors' cookies and remembers none of
      them, so it can neither show nor end the others. Start it with <code>SESSION_STORE=kv</code>
      {" "}
      or <code>SESSION_STORE=redis</code> and it can.
    </p>
  );
}

function List({ session, owned }: {
  session: Session<Visitor>;
  owned: readonly ListedSession[];
}): JSX.Element {
  const now = Date.now();
  return (
    <form method="post" action="/sign-in/end">
      <CsrfField session={session} />
      <ul class="rows">
        {owned.slice(0, MAX_SHOWN).map(({ handle, label, createdAt, renewedAt, current }) => {
          const [name, begun] = [label || "An unnamed program", ago(createdAt, now)];
          return (
            <li>
              <span>
                {name} {current && <b>(this one)</b>}
                <br />
                <span class="soft">{`begun ${begun}, last renewed ${ago(renewedAt, now)}`}</span>
              </span>
              {!current && (
                <button name="handle" value={handle} aria-label={`End ${name}, from ${begun}`}>
                  End
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {owned.length > MAX_SHOWN && <p>These are the newest {MAX_SHOWN}; there are more.</p>}
    </form>
  );
}

function ago(date: Date, now: number): string {
  const seconds = (now - date.getTime()) / 1000;
  return seconds < 1 ? "just now" : `${duration(seconds)} ago`;
}
