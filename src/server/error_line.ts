import { pathOf } from "../http/path_of.ts";
import { escapeControls, printableJson } from "./escape_controls.ts";
import type { LogFormat } from "./request_log.ts";

/** A chain of causes is followed so far: it may be a ring. */
const MOST_CAUSES = 5;

/**
 * Writes down an unexpected error for the log, with its stack and its causes. Later lines are
 * indented, so that no message can pass for a line of its own.
 *
 * @param error What was thrown: an `Error` or anything else.
 * @param request The request it happened in.
 * @param format For people, or one JSON object.
 */
export function errorLine(error: unknown, request: Request, format: LogFormat): string {
  const { method } = request;
  const path = pathOf(request.url);
  const stack = stackOf(error);
  if (format === "json") {
    return printableJson({ level: "error", method, path, error: String(error), stack });
  }
  const lines = `${method} ${path} failed: ${stack}`.split("\n");
  return lines.map((line) => escapeControls(line)).join("\n  ");
}

/**
 * Writes down that requests failed as an earlier one did: without the stack, which that one left.
 *
 * @param error What the last of them threw.
 * @param count How many failed.
 * @param format For people, or one JSON object.
 */
export function repeatedErrorLine(error: unknown, count: number, format: LogFormat): string {
  const text = String(error);
  if (format === "json") {
    return printableJson({ level: "error", event: "requests failed", error: text, count });
  }
  return escapeControls(`${count === 1 ? "1 request" : `${count} requests`} failed: ${text}`);
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let link = error; link !== undefined && stacks.length < MOST_CAUSES;) {
    stacks.push(link instanceof Error ? link.stack ?? String(link) : String(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return stacks.join("\nCaused by: ");
}
