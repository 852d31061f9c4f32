import { SessionStoreError } from "../session/errors.ts";
import type { Config } from "./config.ts";
import { errorLine, repeatedErrorLine } from "./error_line.ts";
import { escapeControls, printableJson } from "./escape_controls.ts";
import { LineBuffer } from "./line_buffer.ts";
import { RepeatLog, type Report } from "./repeat_log.ts";
import { type Handler, type LogFormat, logged } from "./request_log.ts";
import { type Notice, noticeLine } from "./start_up.ts";

/** Where the server's words go, like `console`. */
export interface Outlet {
  /** Takes what is usual. */
  log(text: string): void;
  /** Takes what somebody should look into. */
  error(text: string): void;
}

/** Milliseconds between two lines about refused cookies of one kind. */
const REFUSAL_INTERVAL = 10_000;
/** Milliseconds between two lines about a store that fails. */
const OUTAGE_INTERVAL = 1000;
/**
 * Milliseconds without a failure after which the next is another outage. Health checks may be all
 * that asks a quiet server's store: the pauses between them do not end an outage.
 */
const OUTAGE_MEMORY = 60_000;

/** An error and the request that it came from. */
interface Failure {
  readonly error: unknown;
  readonly request: Request;
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
  readonly #refusals = new RepeatLog<null>((report) => this.#logRefusals(report), {
    interval: REFUSAL_INTERVAL,
  });
  /** A store that is down fails every request: that is one event, and its stack is one stack. */
  readonly #outages = new RepeatLog<Failure>((report) => this.#logOutage(report), {
    interval: OUTAGE_INTERVAL,
    memory: OUTAGE_MEMORY,
  });

  /**
   * @param log What to write, and how.
   * @param outlet Where to.
   */
  constructor(log: Config["log"], outlet: Outlet) {
    this.#outlet = outlet;
    this.#isOff = log === "off";
    this.#format = log === "json" ? "json" : "text";
    this.#lines = new LineBuffer((lines) => outlet.log(lines));
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
    if (!this.#isOff) this.#refusals.note(reason, null);
  };

  /**
   * Writes an unexpected error; bound, so that it can be passed as `onError`. Of a store that fails
   * there is one line a second, with the number of failed requests, and one stack an outage.
   */
  readonly error = (error: unknown, request: Request): void => {
    if (error instanceof SessionStoreError) this.#outages.note(error.name, { error, request });
    else this.#outlet.error(errorLine(error, request, this.#format));
  };

  /** Writes what waits. Call it before the program ends. */
  close(): void {
    this.#refusals.flush();
    this.#outages.flush();
    this.#lines.flush();
  }

  #logRefusals({ kind: reason, count }: Report<null>): void {
    const cookies = count === 1 ? "1 session cookie" : `${count} session cookies`;
    this.#lines.push(
      this.#format === "json"
        ? printableJson({ level: "warning", event: "session cookie refused", reason, count })
        : escapeControls(`Refused ${cookies}: ${reason}`),
    );
  }

  #logOutage({ count, latest: { error, request }, isFirst }: Report<Failure>): void {
    this.#outlet.error(
      isFirst
        ? errorLine(error, request, this.#format)
        : repeatedErrorLine(error, count, this.#format),
    );
  }
}
