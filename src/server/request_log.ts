import { pathOf } from "../http/path_of.ts";
import { escapeControls, printableJson } from "./escape_controls.ts";

/** How log lines are written: for people, or one JSON object a line. */
export type LogFormat = "text" | "json";

/** Takes one line of a log, without its line end. */
export type Sink = (line: string) => void;

/** What `Deno.serve` and its like call for every request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/**
 * Wraps a handler so that every request leaves one line: method, path, status, milliseconds. No
 * query string and no header is written: they carry what is nobody's business.
 *
 * @param handler Answers the requests.
 * @param sink Takes the lines.
 * @param options `format` and `now`, a clock in milliseconds.
 * @returns A handler that answers the same.
 */
export function logged(
  handler: Handler,
  sink: Sink,
  { format, now = () => performance.now() }: { format: LogFormat; now?: () => number },
): Handler {
  return async (request) => {
    const start = now();
    let status = 500;
    try {
      const response = await handler(request);
      status = response.status;
      return response;
    } finally {
      sink(requestLine(request, status, now() - start, format));
    }
  };
}

function requestLine(request: Request, status: number, took: number, format: LogFormat): string {
  const { method } = request;
  const path = pathOf(request.url);
  const ms = Math.round(took * 10) / 10;
  if (format === "json") return printableJson({ method, path, status, ms });
  return escapeControls(`${method} ${path} ${status} ${ms} ms`);
}
