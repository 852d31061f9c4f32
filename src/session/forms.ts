import { ownText } from "./json.ts";

/** A refused form that waits for its page. */
export interface RememberedForm {
  /** What was typed: a field's name and text, once for each value. */
  readonly values: readonly (readonly [field: string, text: string])[];
  /** What is wrong: a field's name and the message. */
  readonly errors: readonly (readonly [field: string, message: string])[];
  /** The names of fields whose values were not kept. */
  readonly omitted: readonly string[];
}

/** Refused forms by the name of the form, the oldest first. */
export type Forms = ReadonlyMap<string, RememberedForm>;

/** The most forms that wait; the oldest goes first. */
export const MAX_FORMS = 8;

/** What a session holds in which no form waits. */
export const NO_FORMS: Forms = new Map();

/** Adds a form, in the place of an earlier one of that name: the last refusal counts. */
export function addForm(forms: Forms, name: string, form: RememberedForm): Forms {
  const others = [...forms].filter(([other]) => other !== name);
  return new Map([...others, [name, form] as const].slice(-MAX_FORMS));
}

/** Removes the form that was shown; one that was refused in the meantime stays. */
export function removeForm(forms: Forms, name: string, shown: RememberedForm): Forms {
  const waiting = forms.get(name);
  if (waiting === undefined || textOf(waiting) !== textOf(shown)) return forms;
  return new Map([...forms].filter(([other]) => other !== name));
}

/** Copies a form, so that none of its texts keeps the request's whole body in memory. */
export function ownForm({ values, errors, omitted }: RememberedForm): RememberedForm {
  const own = ([field, text]: readonly [string, string]) =>
    [ownText(field), ownText(text)] as const;
  return { values: values.map(own), errors: errors.map(own), omitted: omitted.map(ownText) };
}

/**
 * Turns forms into plain lists, for JSON:
 * `[[name, [field, text, …], [field, message, …], [omitted, …]], …]`.
 */
export function listForms(forms: Forms): unknown[][] {
  return Array.from(forms, ([name, { values, errors, omitted }]) => {
    return [name, values.flat(), errors.flat(), omitted];
  });
}

/** Reads what {@linkcode listForms} made; null if it is anything else. */
export function readForms(lists: unknown): Forms | null {
  if (!Array.isArray(lists)) return null;
  const forms = new Map<string, RememberedForm>();
  for (const list of lists) {
    if (!Array.isArray(list) || list.length !== 4) return null;
    const [name, values, errors, omitted] = list;
    if (typeof name !== "string" || forms.has(name)) return null;
    if (!isPairs(values) || !isPairs(errors) || !isTexts(omitted)) return null;
    forms.set(name, { values: paired(values), errors: paired(errors), omitted });
  }
  return forms;
}

function textOf({ values, errors, omitted }: RememberedForm): string {
  return JSON.stringify([values, errors, omitted]);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isPairs(value: unknown): value is string[] {
  return isTexts(value) && value.length % 2 === 0;
}

function paired(parts: readonly string[]): [string, string][] {
  return Array.from({ length: parts.length / 2 }, (_, index) => {
    return [parts[2 * index] ?? "", parts[2 * index + 1] ?? ""];
  });
}
