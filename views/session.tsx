import type { JSX } from "preact";
import { inspect, type Inspection } from "../src/inspector/mod.ts";
import type { Session } from "../src/session/mod.ts";
import { redirect, type View } from "../src/web/mod.ts";
import { CsrfField } from "./csrf_field.tsx";
import { Layout } from "./layout.tsx";
import { formPage } from "./render.tsx";
import { SizeChart } from "./size_chart.tsx";
import { Timeline } from "./timeline.tsx";
import { ValueTree } from "./value_tree.tsx";
import type { Visitor } from "./visitor.ts";

/** `GET /session`: the content of the visitor's own session. */
export const sessionView: View<Visitor> = ({ session }) => {
  const inspection = inspect(session);
  return formPage(
    <Layout title="Your session · Satchel" path="/session" session={session}>
      <h1>Your session</h1>
      {session.isNew && <Beginning session={session} />}
      <Values session={session} />
      <Lifetime session={session} inspection={inspection} />
      <Room inspection={inspection} />
      <Custody session={session} inspection={inspection} />
      <LastChanges changes={inspection.lastChanges} />
      <Actions session={session} />
    </Layout>,
  );
};

interface Part {
  session: Session<Visitor>;
  inspection: Inspection;
}

function Beginning({ session }: { session: Session<Visitor> }): JSX.Element {
  return session.refusal === null
    ? <p>It begins with this page: your browser brought none along.</p>
    : (
      <p>
        It begins with this page: the one that your browser brought was refused (
        <code>{session.refusal}</code>).
      </p>
    );
}

function Values({ session }: { session: Session<Visitor> }): JSX.Element {
  return (
    <section class="card">
      <h2>Values</h2>
      {session.size === 0
        ? <p>None yet.</p>
        : <ValueTree value={Object.fromEntries(session.entries())} />}
    </section>
  );
}

function Lifetime({ session, inspection }: Part): JSX.Element {
  const moments = [
    { name: "Created", at: session.createdAt },
    { name: "Last renewed", at: session.renewedAt },
    { name: "Idle limit", at: inspection.idleExpiresAt },
    { name: "Absolute limit", at: inspection.absoluteExpiresAt },
  ];
  return (
    <section class="card">
      <h2>Lifetime</h2>
      <Timeline moments={moments} now={new Date()} />
    </section>
  );
}

function Room({ inspection }: { inspection: Inspection }): JSX.Element {
  const { bytes, limit, sizes } = inspection;
  const rest = bytes - sizes.reduce((sum, size) => sum + size.bytes, 0);
  return (
    <section class="card">
      <h2>Room</h2>
      {limit === null ? <p>{`${bytes} bytes`}</p> : (
        <>
          <label for="bytes">{`${bytes} of ${limit} bytes used`}</label>
          <meter id="bytes" min="0" max={limit} high={limit * 0.8} value={bytes}>
            {`${bytes} of ${limit}`}
          </meter>
        </>
      )}
      <SizeChart
        sizes={[...sizes, { key: "the rest", bytes: rest }]}
      />
    </section>
  );
}

function Custody({ session, inspection }: Part): JSX.Element {
  const { store, keyId, newestKey } = inspection;
  const waiting = session.peekFlash().length;
  return (
    <section class="card">
      <h2>Custody</h2>
      <dl>
        <dt>Store</dt>
        <dd>{store}</dd>
        <dt>Sealed with</dt>
        <dd>
          {keyId === null ? "nothing yet" : <Key id={keyId} newest={newestKey === true} />}
        </dd>
        <dt>Owner</dt>
        <dd>{session.owner ?? "nobody"}</dd>
        <dt>Messages waiting</dt>
        <dd>{waiting}</dd>
      </dl>
    </section>
  );
}

function Key({ id, newest }: { id: string; newest: boolean }): JSX.Element {
  return (
    <span>
      <code>{id}</code>
      {newest ? ", the newest secret" : ", an older secret"}
    </span>
  );
}

function LastChanges({ changes }: { changes: readonly string[] }): JSX.Element {
  return (
    <section class="card">
      <h2>Last changes</h2>
      {changes.length === 0 ? <p>No changes are remembered.</p> : (
        <ol>
          {changes.map((change) => (
            <li>
              <code>{change}</code>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Actions({ session }: { session: Session<Visitor> }): JSX.Element {
  return (
    <form method="post" action="/session/regenerate" class="actions">
      <CsrfField session={session} />
      <button>Renew</button>
      <button formaction="/session/reset">Forget everything</button>
    </form>
  );
}

/** `POST /session/regenerate`: the same values under a new id. */
export const regenerateView: View<Visitor> = ({ session }) => {
  session.regenerate();
  session.flash("Your session is renewed; it keeps its values.", { level: "success" });
  return redirect("/session");
};

/** `POST /session/reset`: ends the session and begins a blank one. */
export const resetView: View<Visitor> = ({ session }) => {
  session.destroy();
  session.flash("Your session starts afresh.", { level: "success" });
  return redirect("/session");
};
