/**
 * Gathers lines and writes them together, shortly after: a busy server then writes a few times a
 * second instead of once a request. Call `flush` before the program ends.
 */
export class LineBuffer {
  readonly #write: (lines: string) => void;
  readonly #delay: number;
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param write Writes one or more lines; the last has no line end.
   * @param delay Milliseconds that a line waits at most. Default 50.
   */
  constructor(write: (lines: string) => void, delay = 50) {
    this.#write = write;
    this.#delay = delay;
  }

  /** Takes a line; bound, so that it can be passed as a sink. */
  readonly push = (line: string): void => {
    this.#lines.push(line);
    this.#timer ??= setTimeout(() => this.flush(), this.#delay);
  };

  /** Writes what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const lines = this.#lines.join("\n");
    this.#lines = [];
    this.#write(lines);
  }
}
