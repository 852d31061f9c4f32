import { withHeaders } from "../session/headers.ts";

/** Measures the steps of a request for the `Server-Timing` header (W3C Server Timing, section 3). */
export class ServerTiming {
  readonly #metrics: string[] = [];
  #last = performance.now();

  /** Ends a step, which began at the last mark or at the start. */
  mark(step: string): void {
    const now = performance.now();
    this.#metrics.push(`${step};dur=${(now - this.#last).toFixed(2)}`);
    this.#last = now;
  }

  /** Adds the header to a response. */
  addTo(response: Response): Response {
    return withHeaders(
      response,
      (headers) => headers.append("server-timing", this.#metrics.join(", ")),
    );
  }
}
