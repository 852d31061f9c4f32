/** A server that can be told to stop, like `Deno.HttpServer`. */
export interface Stoppable {
  /** Stops accepting and resolves when all that is in flight is answered. */
  shutdown(): Promise<void>;
  /** Drops everything at once. */
  abort(): void;
}

/**
 * A signal within so many milliseconds of the first is its echo: a terminal signals the whole
 * process group, and a task runner may pass on the one it got.
 */
const ECHO = 500;

/**
 * Ends a server in an orderly way: the first signal stops accepting and lets what is in flight
 * finish, for a limited time; a second signal ends it at once.
 */
export class GracefulStop {
  readonly #server: Stoppable;
  readonly #grace: number;
  readonly #now: () => number;
  readonly #done = Promise.withResolvers<boolean>();
  #asked: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param server The server to end.
   * @param options `grace`: milliseconds that requests in flight have, default 10,000; `now`: a
   * clock in milliseconds.
   */
  constructor(server: Stoppable, options: { grace?: number; now?: () => number } = {}) {
    this.#server = server;
    this.#grace = options.grace ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves when the server has ended: true when every request was answered. */
  get done(): Promise<boolean> {
    return this.#done.promise;
  }

  /** To be called for every signal; bound, so that it can be passed as a listener. */
  readonly signalled = (): void => {
    if (this.#asked === null) {
      this.#asked = this.#now();
      this.#timer = setTimeout(() => this.#cutOff(), this.#grace);
      this.#server.shutdown().then(
        () => this.#end(true),
        (error) => this.#end(Promise.reject(error)),
      );
    } else if (this.#now() - this.#asked >= ECHO) {
      this.#cutOff();
    }
  };

  #cutOff(): void {
    this.#end(false);
    this.#server.abort();
  }

  #end(finished: boolean | Promise<never>): void {
    clearTimeout(this.#timer);
    this.#done.resolve(finished);
  }
}
