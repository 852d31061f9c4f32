/**
 * The style sheet and the mark, each at an address with the fingerprint of its content.
 *
 * @module
 */

import { ifNoneMatch } from "@std/http/etag";
import { HttpError, type View } from "../src/web/mod.ts";
import { fingerprint } from "./fingerprint.ts";
import mark from "./mark.svg" with { type: "text" };
import conditions from "./style/conditions.css" with { type: "text" };
import frame from "./style/frame.css" with { type: "text" };
import inspector from "./style/inspector.css" with { type: "text" };
import parts from "./style/parts.css" with { type: "text" };
import type { Visitor } from "./visitor.ts";

interface Asset {
  readonly type: string;
  readonly text: string;
  /** The name of this content for caches (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/**
 * The most characters of `If-None-Match` that are parsed: a browser sends the one tag that it was
 * given, and parsing a list takes time that grows with the square of its length.
 */
const MAX_TAGS = 1024;

const files = new Map<string, Asset>();

function publish(name: string, extension: string, type: string, text: string): string {
  const print = fingerprint(text);
  const file = `${name}.${print}.${extension}`;
  files.set(file, { type, text, etag: `"${print}"` });
  return `/assets/${file}`;
}

// In this order: later rules win.
const style = [frame, parts, inspector, conditions].join("");

/** The address of the style sheet. */
export const STYLE: string = publish("style", "css", "text/css; charset=utf-8", style);

/** The address of the mark, which is the icon of the site too. */
export const MARK: string = publish("mark", "svg", "image/svg+xml", mark);

/** `GET /assets/:file`: a file that browsers keep for a year, since it never changes. */
export const assetView: View<Visitor> = ({ request, params }) => {
  const asset = files.get(params.file ?? "");
  if (asset === undefined) throw new HttpError(404, "There is no such file");
  const { type, text, etag } = asset;
  const headers = { "cache-control": "public, max-age=31536000, immutable", etag };
  const tags = request.headers.get("if-none-match") ?? "";
  if (tags.length <= MAX_TAGS && !ifNoneMatch(tags, etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(text, { headers: { ...headers, "content-type": type } });
};
