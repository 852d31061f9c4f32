import type { JSX } from "preact";
import { CSRF_FIELD, csrfToken, type Session } from "../src/mod.ts";
import type { Visitor } from "./visitor.ts";

/** The hidden field by which a form proves that it came from one of the visitor's own pages. */
export function CsrfField({ session }: { session: Session<Visitor> }): JSX.Element {
  return <input type="hidden" name={CSRF_FIELD} value={csrfToken(session)} />;
}
