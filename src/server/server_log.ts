import type { Config } from "./config.ts";
import { errorLine } from "./error_line.ts";
import { LineBuffer } from "./line_buffer.ts";
import { RefusalLog } from "./refusal_log.ts";
import { type Handler, type LogFormat, logged } from "./request_log.ts";
import { type Notice, noticeLine } from "./start_up.ts";

/** Where the server's words go, like `console`. */
export interface Outlet {
  /** Takes what is usual. */
  log(text: string): void;
  /** Takes what somebody should look into. */
  error(text: string): void;
}

/**
 * All that the server says while it runs: notices, requests, refused cookies, unexpected errors.
 * With `off` it keeps to notices and errors.
 */
export class ServerLog {
  readonly #outlet: Outlet;
  readonly #isOff: boolean;
  readonly #format: LogFormat;
  readonly #lines: LineBuffer;
  readonly #refusals: RefusalLog;

  /**
   * @param log What to write, and how.
   * @param outlet Where to.
   */
  constructor(log: Config["log"], outlet: Outlet) {
    this.#outlet = outlet;
    this.#isOff = log === "off";
    this.#format = log === "json" ? "json" : "text";
    this.#lines = new LineBuffer((lines) => outlet.log(lines));
    this.#refusals = new RefusalLog(this.#lines.push, { format: this.#format });
  }

  /** Writes notices: together and at once, since somebody waits for them. */
  notices(notices: readonly Notice[]): void {
    for (const notice of notices) this.#lines.push(noticeLine(notice, this.#format));
    this.#lines.flush();
  }

  /** Wraps a handler so that each request leaves a line. */
  requests(handler: Handler): Handler {
    return this.#isOff ? handler : logged(handler, this.#lines.push, { format: this.#format });
  }

  /** Counts a refused session cookie; bound, so that it can be passed as `onRefused`. */
  readonly refused = (reason: string): void => {
    if (!this.#isOff) this.#refusals.note(reason);
  };

  /** Writes an unexpected error; bound, so that it can be passed as `onError`. */
  readonly error = (error: unknown, request: Request): void => {
    this.#outlet.error(errorLine(error, request, this.#format));
  };

  /** Writes what waits. Call it before the program ends. */
  close(): void {
    this.#refusals.flush();
    this.#lines.flush();
  }
}
