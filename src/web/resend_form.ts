import { CSRF_FIELD } from "./csrf.ts";
import { escape } from "./error_page.ts";
import { looksSecret, wordsOf } from "./harmless_name.ts";

/** The most characters of names and texts that are given back. */
const MAX_LENGTH = 262_144;

/**
 * Makes a form that sends a refused form again, to the same address, when the visitor presses its
 * button. What was typed is in hidden fields. The visitor is asked again for secrets, which no page
 * should contain, and for files, which no page can. The markup has neither script nor style.
 *
 * @param request The refused request, which must come from this very origin: a page must not get a
 * token for what another site sent.
 * @param values The refused form.
 * @param token The token to send; null if none is needed, or none can be had.
 * @returns The markup; empty if names and texts have more than 262,144 characters.
 */
export function resendForm(request: Request, values: FormData, token: string | null): string {
  const kept: [name: string, text: string][] = [];
  const asked: string[] = [];
  const files = new Map<string, string[]>();
  let length = 0;
  for (const [name, value] of values) {
    if (/csrf|xsrf/i.test(name)) continue; // it was of no use, and cannot be typed
    length += name.length + (typeof value === "string" ? value : value.name).length;
    if (typeof value !== "string") {
      if (value.size > 0) files.set(name, [...files.get(name) ?? [], value.name]);
    } else if (value !== "" && looksSecret(name)) {
      asked.push(label(name, secretInput(name, value)));
    } else kept.push([name, value]);
  }
  if (length > MAX_LENGTH) return "";
  const hidden = token === null ? kept : [[CSRF_FIELD, token], ...kept];
  const chosen = Array.from(files, ([name, names]) => {
    const multiple = names.length > 1 ? " multiple" : "";
    const input = `<input type="file" name="${escape(name)}"${multiple}>`;
    return label(name, input, `: ${names.join(", ")}`);
  });
  const type = request.headers.get("content-type") ?? "";
  const enctype = /^\s*multipart\//i.test(type) ? ' enctype="multipart/form-data"' : "";
  return [
    `<form method="post" action="${escape(addressOf(request))}"${enctype}>`,
    ...hidden.map(([name = "", text = ""]) =>
      `<input type="hidden" name="${escape(name)}" value="${escape(text)}">`
    ),
    ...asked.length > 0 ? ["<p>This was not kept, to be safe. Type it again:</p>", ...asked] : [],
    ...chosen.length > 0 ? ["<p>Files were not kept. Choose them again:</p>", ...chosen] : [],
    "<p><button>Send again</button></p>",
    ...summary(kept.filter(([, text]) => text !== "")),
    "</form>",
  ].join("\n");
}

/** Writes a path that no browser takes for another host, as it would take `//host/`. */
function addressOf({ url }: Request): string {
  const { pathname, search } = new URL(url);
  return pathname.replace(/^\/(?=\/)/, "/./") + search;
}

function secretInput(name: string, value: string): string {
  return /[\r\n]/.test(value)
    ? `<textarea name="${escape(name)}" required></textarea>`
    : `<input type="password" name="${escape(name)}" required>`;
}

function label(name: string, input: string, more = ""): string {
  return `<p><label>${escape(nameFor(name) + more)} ${input}</label></p>`;
}

/** Shows what will be sent, so that nobody has to trust the page, and it can be copied. */
function summary(kept: readonly (readonly [name: string, text: string])[]): string[] {
  const rows = kept.map(([name, text]) => {
    return `<dt>${escape(nameFor(name))}</dt>\n<dd>${escape(text)}</dd>`;
  });
  if (rows.length === 0) return [];
  return ["<details>", "<summary>What is sent</summary>", "<dl>", ...rows, "</dl>", "</details>"];
}

/** Writes the name of a field for people. */
function nameFor(name: string): string {
  return wordsOf(name).join(" ") || name;
}
