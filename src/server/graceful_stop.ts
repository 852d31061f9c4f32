import type { Handler } from "./request_log.ts";

/**
 * A signal within so many milliseconds of the first is its echo: a terminal signals the whole
 * process group, and a task runner may pass on the one it got.
 */
const ECHO = 500;

/**
 * Ends a server in an orderly way: the first signal stops accepting and lets what is in flight
 * finish, for a limited time; a second signal means at once.
 */
export class GracefulStop {
  readonly #shutdown: () => Promise<void>;
  readonly #grace: number;
  readonly #now: () => number;
  readonly #done = Promise.withResolvers<boolean>();
  /** Requests in flight that may have a body; each resolves when it is answered. */
  readonly #sending = new Set<Promise<void>>();
  #asked: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param shutdown Stops accepting and resolves when all that is in flight is answered.
   * @param options `grace`: milliseconds that requests in flight have, default 10,000; `now`: a
   * clock in milliseconds.
   */
  constructor(
    shutdown: () => Promise<void>,
    options: { grace?: number; now?: () => number } = {},
  ) {
    this.#shutdown = shutdown;
    this.#grace = options.grace ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves when the program may end: true if every request was answered. */
  get done(): Promise<boolean> {
    return this.#done.promise;
  }

  /**
   * Wraps a handler, to know what is in flight and to turn away what comes after the first signal.
   * Deno 2.9 makes bodies that are still arriving unreadable at shutdown (denoland/deno#36809), so
   * shutdown has to wait for them.
   */
  guard(handler: Handler): Handler {
    return (request) => {
      if (this.#asked !== null) return turnedAway();
      const mayHaveBody = request.method !== "GET" && request.method !== "HEAD";
      return mayHaveBody ? this.#track(handler, request) : handler(request);
    };
  }

  /** To be called for every signal; bound, so that it can be passed as a listener. */
  readonly signalled = (): void => {
    if (this.#asked === null) {
      this.#asked = this.#now();
      this.#timer = setTimeout(() => this.#end(false), this.#grace);
      Promise.all(this.#sending).then(this.#shutdown).then(
        () => this.#end(true),
        (error) => this.#end(Promise.reject(error)),
      );
    } else if (this.#now() - this.#asked >= ECHO) {
      this.#end(false);
    }
  };

  async #track(handler: Handler, request: Request): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sending.add(promise);
    try {
      return await handler(request);
    } finally {
      this.#sending.delete(promise);
      resolve();
    }
  }

  #end(answered: boolean | Promise<never>): void {
    clearTimeout(this.#timer);
    this.#done.resolve(answered);
  }
}

function turnedAway(): Response {
  const headers = { "retry-after": "1", "connection": "close" };
  return new Response("The server is stopping\n", { status: 503, headers });
}
