import type { JSX } from "preact";
import type { Session } from "../src/session/mod.ts";
import { CSRF_FIELD, csrfToken } from "../src/web/mod.ts";
import type { Visitor } from "./visitor.ts";

/** The hidden field by which a form proves that it came from one of the visitor's own pages. */
export function CsrfField({ session }: { session: Session<Visitor> }): JSX.Element {
  return <input type="hidden" name={CSRF_FIELD} value={csrfToken(session)} />;
}
