/**
 * The backend that keeps the sessions did not answer, or not in time. The handler answers 503: a
 * failing backend is never mistaken for a visitor without a session.
 */
export class SessionStoreError extends Error {
  /** Its class, in logs. */
  override name = "SessionStoreError";
}

/** Other requests changed the same session faster than this one could, in every attempt. */
export class SessionConflictError extends SessionStoreError {
  /** Its class, in logs. */
  override name = "SessionConflictError";
}

/**
 * The session ended or got a new id before an unsafe request could store what it changed: nothing
 * of that is kept, and the visitor is to send it again from a fresh page. The handler answers 409.
 *
 * @example
 * ```ts
 * import { SessionLostError } from "@satchel/satchel";
 * import { assertEquals } from "@std/assert";
 *
 * // In a framework: what to answer when `sessions.commit` throws.
 * const answer = (error: unknown): Response => {
 *   if (!(error instanceof SessionLostError)) throw error;
 *   return new Response("Load the page again and send it once more", { status: error.status });
 * };
 * assertEquals(answer(new SessionLostError("Cannot store it")).status, 409);
 * ```
 */
export class SessionLostError extends Error {
  /** Its class, in logs. */
  override name = "SessionLostError";
  /** The status to answer with: 409, Conflict (RFC 9110, section 15.5.10). */
  readonly status = 409;
}

/** What a session's size was measured against. */
export interface SizeReport {
  /** The size found, in bytes. */
  readonly bytes: number;
  /** The most that is allowed, in bytes. */
  readonly limit: number;
  /** The largest values of the session, biggest first, in bytes of JSON. */
  readonly largest: readonly { readonly key: string; readonly bytes: number }[];
}

/**
 * The session does not fit where it is to be kept. Thrown before anything is written or sent: the
 * stored session stays as it was.
 */
export class SessionSizeError extends RangeError {
  /** Its class, in logs. */
  override name = "SessionSizeError";
  /** The size found, the limit, and the largest values. */
  readonly report: SizeReport;

  /**
   * Names the largest values in its message.
   *
   * @param place What the session has to fit into, as in "its cookie".
   * @param report The size found, the limit, and the largest values.
   */
  constructor(place: string, report: SizeReport) {
    const largest = report.largest.map(({ key, bytes }) => `${key} (${bytes} bytes)`).join(", ");
    super(
      `Cannot fit the session into ${place}: ${report.bytes} bytes, at most ${report.limit} are ` +
        `allowed; the largest values are ${largest || "none"}`,
    );
    this.report = report;
  }
}

/** The session does not fit the 4096 bytes that browsers keep of a cookie (RFC 6265, section 6.1). */
export class CookieOverflowError extends SessionSizeError {
  /** Its class, in logs. */
  override name = "CookieOverflowError";

  /**
   * Names the largest values in its message.
   *
   * @param report The size found, the limit, and the largest values.
   */
  constructor(report: SizeReport) {
    super("its cookie", report);
  }
}
