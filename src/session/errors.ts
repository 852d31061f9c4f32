/**
 * The backend that keeps the sessions did not answer, or not in time. The handler answers 503: a
 * failing backend is never mistaken for a visitor without a session.
 */
export class SessionStoreError extends Error {
  /** The name of the class. */
  override name = "SessionStoreError";
}

/** Other requests changed the same session faster than this one could, in every attempt. */
export class SessionConflictError extends SessionStoreError {
  /** The name of the class. */
  override name = "SessionConflictError";
}

/**
 * The session ended, or got a new id, while an unsafe request was under way: its changes were
 * dropped. The handler answers 409.
 */
export class SessionLostError extends Error {
  /** The name of the class. */
  override name = "SessionLostError";
  /** The status of the answer. */
  readonly status = 409;
}

/** The size of a session, and its limit. */
export interface SizeReport {
  /**
   * The size found, in bytes: in the cookie store those of the whole cookie with its name and
   * attributes, in stores on the server those of the sealed session. `measure` counts the same.
   */
  readonly bytes: number;
  /** The most that is allowed, in bytes. */
  readonly limit: number;
  /**
   * The largest parts of the session, at most three, largest first, in bytes of JSON: values by their
   * keys, and `flash messages`, `remembered forms` and `owner`.
   */
  readonly largest: readonly { readonly key: string; readonly bytes: number }[];
}

/**
 * The session does not fit where it is to be kept: in a cookie, of which browsers keep 4096 bytes
 * with name and attributes (RFC 6265, section 6.1), or in a store's own limit. Thrown before
 * anything is written or sent: the stored session stays as it was. The message names keys of the
 * session and is for the developer: do not show it to visitors.
 */
export class SessionSizeError extends RangeError {
  /** The name of the class. */
  override name = "SessionSizeError";
  /** The size found, the limit, and the largest parts. */
  readonly report: SizeReport;

  /**
   * Names the largest parts in its message.
   *
   * @param place Where the session has to fit, as in "its cookie".
   * @param report The size found, the limit, and the largest parts.
   */
  constructor(place: string, report: SizeReport) {
    const largest = report.largest.map(({ key, bytes }) => `${key} (${bytes} bytes)`).join(", ");
    super(
      `Cannot fit the session into ${place}: ${report.bytes} bytes, at most ${report.limit} are ` +
        `allowed; its largest parts are ${largest || "none"}`,
    );
    this.report = report;
  }
}
