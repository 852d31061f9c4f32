/** A clock that stands still until it is set. */
export class Clock {
  /** Milliseconds since the Unix epoch. */
  ms: number = Date.UTC(2026, 0, 1);

  /** The present, in whole seconds since the Unix epoch. */
  get seconds(): number {
    return this.ms / 1000;
  }

  /** Moves the clock on, or back. */
  pass(seconds: number): void {
    this.ms += seconds * 1000;
  }

  /** The clock as an option. */
  readonly now = (): number => this.ms;
}
