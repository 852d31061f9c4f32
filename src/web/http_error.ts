/** Options of an {@linkcode HttpError}. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Headers of the response, such as `Retry-After` or `Allow`. */
  headers?: HeadersInit;
}

/**
 * A request that failed, with the status of its answer. A view that throws it answers with an error
 * page.
 *
 * The message is **shown to the visitor**: it says what they can do about it, and nothing about the
 * server. Put details for the log into `cause`.
 *
 * @example
 * ```ts
 * import { HttpError } from "@satchel/satchel/web";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new HttpError(503, "Come back in a minute", { headers: { "retry-after": "60" } });
 * assertEquals(error.status, 503);
 * ```
 */
export class HttpError extends Error {
  /** The name of the class. */
  override readonly name = "HttpError";
  /** The status of the response, 400 to 599. */
  readonly status: number;
  /** Headers of the response, if it needs any. */
  readonly headers: HeadersInit | undefined;

  /**
   * Makes an error with a status.
   *
   * @param status The status of the response.
   * @param message The explanation for the visitor. Default: none.
   * @param options Headers of the response; `cause` for the log.
   * @throws {RangeError} If the status is not a whole number from 400 to 599.
   */
  constructor(status: number, message = "", options: HttpErrorOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`Cannot make an HttpError: the status is ${status}, not 400 to 599`);
    }
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.status = status;
    this.headers = options.headers;
  }
}
