import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "../src/web/mod.ts";

/**
 * Writes a whole document.
 *
 * A rule that the compiled templates ask for: text beside an expression stands in an element of
 * its own (`<p>Hi {name}</p>`), never between the tags of a component, where it would be escaped
 * twice.
 *
 * @param document What the layout made.
 * @returns The markup, with its doctype.
 */
export function renderDocument(document: JSX.Element): string {
  return `<!DOCTYPE html>${renderToString(document)}`;
}

/**
 * Answers with a page.
 *
 * @param document What the layout made.
 * @param init Status and headers. Default: 200.
 * @returns The response.
 */
export function page(document: JSX.Element, init?: ResponseInit): Response {
  return html(renderDocument(document), init);
}

/**
 * Answers with a page that has a form to type into. Whoever comes back to it with the browser's
 * buttons gets it from the server, with a token of the session as it is then; the browser fills in
 * what was typed. A page that was kept would bring the token of a session that may be over.
 *
 * @param document What the layout made.
 * @returns The response.
 */
export function formPage(document: JSX.Element): Response {
  return page(document, { headers: { "cache-control": "no-store" } });
}
