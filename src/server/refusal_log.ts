import { escapeControls } from "./escape_controls.ts";
import type { LogFormat, Sink } from "./request_log.ts";

/**
 * Reports refused session cookies without letting who sends them fill the log: the first of a
 * reason is reported at once, those that follow are counted and summed up once an interval.
 */
export class RefusalLog {
  readonly #sink: Sink;
  readonly #format: LogFormat;
  readonly #interval: number;
  /** Reasons of late, each with what is not reported yet and the timer that will do it. */
  readonly #recent = new Map<string, { count: number; timer: ReturnType<typeof setTimeout> }>();

  /**
   * @param sink Takes the lines.
   * @param options `format`, and `interval`: milliseconds between two lines of one reason.
   * Default 10,000.
   */
  constructor(sink: Sink, options: { format: LogFormat; interval?: number }) {
    this.#sink = sink;
    this.#format = options.format;
    this.#interval = options.interval ?? 10_000;
  }

  /** Notes one refused cookie; bound, so that it can be passed as `onRefused`. */
  readonly note = (reason: string): void => {
    const recent = this.#recent.get(reason);
    if (recent !== undefined) {
      recent.count++;
      return;
    }
    this.#report(reason, 1);
    this.#recent.set(reason, { count: 0, timer: this.#schedule(reason) });
  };

  /** Reports what is not reported yet and stops all timers. */
  flush(): void {
    for (const [reason, { count, timer }] of this.#recent) {
      clearTimeout(timer);
      if (count > 0) this.#report(reason, count);
    }
    this.#recent.clear();
  }

  #schedule(reason: string): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const count = this.#recent.get(reason)?.count ?? 0;
      if (count === 0) {
        this.#recent.delete(reason);
        return;
      }
      this.#report(reason, count);
      this.#recent.set(reason, { count: 0, timer: this.#schedule(reason) });
    }, this.#interval);
  }

  #report(reason: string, count: number): void {
    if (this.#format === "json") {
      this.#sink(
        JSON.stringify({ level: "warning", event: "session cookie refused", reason, count }),
      );
    } else {
      const cookies = count === 1 ? "1 session cookie" : `${count} session cookies`;
      this.#sink(escapeControls(`Refused ${cookies}: ${reason}`));
    }
  }
}
