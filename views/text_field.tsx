import type { JSX } from "preact";
import type { RecalledForm } from "../src/web/mod.ts";

/** A text field with its label; in a refused form, with the typed text and the error. */
export function TextField({ form, name, label, maxLength, autocomplete }: {
  form: RecalledForm;
  name: string;
  label: string;
  maxLength: number;
  /** What the browser may fill in; never "off", which also loses the text on the way back. */
  autocomplete?: "username";
}): JSX.Element {
  const error = form.error(name);
  const errorId = error === undefined ? undefined : `${name}-error`;
  return (
    <>
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        required
        maxlength={maxLength}
        autocomplete={autocomplete}
        value={form.value(name)}
        autofocus={error !== undefined}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={errorId}
      />
      {error !== undefined && <p class="error" id={errorId}>{error}</p>}
    </>
  );
}
