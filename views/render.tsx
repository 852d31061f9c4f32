import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "../src/web/mod.ts";

/**
 * Renders a whole document.
 *
 * The precompiled templates need one rule: text next to an expression stands in an element of its own
 * (`<p>Hi {name}</p>`). Between the tags of a component it would be escaped twice.
 *
 * @param document The page in its layout.
 * @returns The markup, with its doctype.
 */
export function renderDocument(document: JSX.Element): string {
  return `<!DOCTYPE html>${renderToString(document)}`;
}

/**
 * Answers with a page.
 *
 * @param document The page in its layout.
 * @param init Status and headers. Default: 200.
 * @returns The response.
 */
export function page(document: JSX.Element, init?: ResponseInit): Response {
  return html(renderDocument(document), init);
}

/**
 * Answers with a page that has a form to fill in. A visitor who comes back to it with the browser's
 * buttons gets it from the server, with a token of the current session, and the browser fills in the
 * fields again. A stored page would have the token of a session that may be over.
 *
 * @param document The page in its layout.
 * @returns The response.
 */
export function formPage(document: JSX.Element): Response {
  return page(document, { headers: { "cache-control": "no-store" } });
}
