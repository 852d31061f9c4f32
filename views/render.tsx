import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "../src/mod.ts";

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
