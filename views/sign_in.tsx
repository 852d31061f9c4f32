import type { JSX } from "preact";
import type { Session, Sessions, SessionStore } from "../src/session/mod.ts";
import { listSessions, revokeSessions } from "../src/stores/server.ts";
import {
  type Context,
  CSRF_FIELD,
  type RecalledForm,
  recallForm,
  redirect,
  rememberForm,
  type View,
} from "../src/web/mod.ts";
import { CsrfField } from "./csrf_field.tsx";
import { Layout } from "./layout.tsx";
import { formPage } from "./render.tsx";
import { MAX_SHOWN, SignedIn } from "./signed_in.tsx";
import { TextField } from "./text_field.tsx";
import type { Visitor } from "./visitor.ts";

const FORM = "sign-in";
const MAX_LENGTH = 60;
/** Days without a visit after which a visitor who wants to be remembered is signed out. */
const REMEMBERED_DAYS = 30;
/** The most characters that one character is typed as, each accent being one. */
const MAX_DECOMPOSED = 4;

/** `GET /sign-in`: who the visitor is, and where else they are signed in. */
export function signInPage(
  { sessions, store }: { sessions: Sessions<Visitor>; store: SessionStore },
): View<Visitor> {
  return async ({ session }) => {
    const name = session.get("name");
    const owned = name === undefined || store.owners === undefined
      ? null
      : await listSessions(sessions, name, { current: session, limit: MAX_SHOWN + 1 });
    const form = recallForm(session, FORM);
    const title = name === undefined ? "Sign in" : "Signed in";
    return formPage(
      <Layout
        title={`${form.refused ? "Error: " : ""}${title} · Satchel`}
        path="/sign-in"
        session={session}
      >
        <h1>{title}</h1>
        {name === undefined
          ? <SignIn session={session} form={form} />
          : <SignedIn session={session} name={name} owned={owned} />}
      </Layout>,
    );
  };
}

function SignIn({ session, form }: { session: Session<Visitor>; form: RecalledForm }): JSX.Element {
  return (
    <form method="post" action="/sign-in" class="card">
      <CsrfField session={session} />
      <p>
        This is a demonstration: a name is enough, there is no password. Whoever gives the same name
        sees the same list of sessions.
      </p>
      <TextField
        form={form}
        name="name"
        label="Name"
        maxLength={MAX_LENGTH}
        autocomplete="username"
      />
      <p class="choice">
        <input
          id="remember"
          name="remember"
          type="checkbox"
          checked={form.value("remember") !== undefined}
        />
        <label for="remember">Remember me for {REMEMBERED_DAYS} days</label>
      </p>
      <button class="primary">Sign in</button>
    </form>
  );
}

/**
 * The name that was typed, composed (NFC), so that the same letters make the same account; if it is
 * much too long, as it came: composing takes time that grows with the square of the length.
 */
function nameIn(typed: FormDataEntryValue | null): string {
  const text = String(typed ?? "").trim();
  return text.length > MAX_DECOMPOSED * MAX_LENGTH ? text : text.normalize("NFC").trim();
}

/**
 * `POST /sign-in`: signs the visitor in under the field `name`, without a password; for long, if
 * there is a field `remember`.
 */
export function signInView(store: SessionStore): View<Visitor> {
  return async (context) => {
    const { session } = context;
    const values = await context.form();
    const name = nameIn(values.get("name"));
    if (name === "" || name.length > MAX_LENGTH) {
      const error = name === "" ? "Say who you are." : `At most ${MAX_LENGTH} characters, please.`;
      rememberForm(session, FORM, { values, errors: { name: error } });
      return redirect("/sign-in");
    }
    session.regenerate(); // rights change here, so the old id and the old tokens must end
    session.remember(values.has("remember") ? { maxAge: REMEMBERED_DAYS * 86_400 } : {});
    session.set("name", name);
    if (store.owners !== undefined) session.setOwner(name);
    session.flash(`Welcome, ${name}.`, { level: "success" });
    return redirect("/sign-in");
  };
}

/**
 * Answers a second click on "Sign in" or "Sign out" after the first one's answer came, since the page
 * with the button was still there: what was asked for is done. Other forms are sent again.
 */
export async function onFormExpired(
  { request, session, form }: Context<Visitor>,
): Promise<Response | null> {
  const values = await form();
  const { pathname } = new URL(request.url);
  const isDone = pathname === "/sign-out"
    ? !session.has("name")
    : pathname === "/sign-in" && session.get("name") === nameIn(values.get("name"));
  return isDone && values.has(CSRF_FIELD) ? redirect("/sign-in") : null;
}

/** `POST /sign-in/end`: ends the visitor's session of the field `handle`, on another device. */
export function endSessionView(sessions: Sessions<Visitor>): View<Visitor> {
  return async ({ session, form }) => {
    const handle = String((await form()).get("handle"));
    if (session.owner !== null && handle !== session.handle) {
      const ended = await revokeSessions(sessions, session.owner, { handle });
      session.flash(ended ? "The session was ended." : "That session had ended, or has a new id.", {
        level: ended ? "success" : "info",
      });
    }
    return redirect("/sign-in");
  };
}

/** `POST /sign-in/elsewhere`: ends the visitor's other sessions, on all their devices. */
export function signOutElsewhereView(sessions: Sessions<Visitor>): View<Visitor> {
  return async ({ session }) => {
    if (session.owner !== null) {
      const ended = await revokeSessions(sessions, session.owner, { except: session });
      const what = ended === 1
        ? "One other session was ended."
        : `${ended} other sessions were ended.`;
      session.flash(what, { level: "success" });
    }
    return redirect("/sign-in");
  };
}

/** `POST /sign-out`: ends the session and deletes its data. */
export const signOutView: View<Visitor> = ({ session }) => {
  session.destroy();
  session.flash("You are signed out.", { level: "success" });
  return redirect("/sign-in");
};
