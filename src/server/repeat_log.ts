/** One report of what happens again and again. */
export interface Report<Event> {
  /** What happens. */
  readonly kind: string;
  /** How often it has happened since the last report of its kind. */
  readonly count: number;
  /** The last of these events. */
  readonly latest: Event;
  /** Whether it is the first of its kind, at least for a while. */
  readonly isFirst: boolean;
}

/** Events of one kind since the last report. */
interface Recent<Event> {
  count: number;
  latest: Event;
  /** Milliseconds without an event, in whole intervals. */
  quiet: number;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Reports what happens again and again without letting it fill the log: the first event of a kind
 * is reported at once, those that follow are counted and summed up once an interval.
 */
export class RepeatLog<Event> {
  readonly #report: (report: Report<Event>) => void;
  readonly #interval: number;
  readonly #memory: number;
  readonly #recent = new Map<string, Recent<Event>>();

  /**
   * @param report Writes a report.
   * @param options `interval`: milliseconds between two reports of one kind; `memory`: milliseconds
   * without an event after which the next counts as the first again, by default one interval.
   */
  constructor(
    report: (report: Report<Event>) => void,
    { interval, memory = interval }: { interval: number; memory?: number },
  ) {
    this.#report = report;
    this.#interval = interval;
    this.#memory = memory;
  }

  /** Notes an event. There must be few kinds: each is remembered for a while. */
  note(kind: string, event: Event): void {
    const recent = this.#recent.get(kind);
    if (recent !== undefined) {
      recent.count++;
      recent.latest = event;
      return;
    }
    const timer = this.#schedule(kind);
    this.#recent.set(kind, { count: 0, latest: event, quiet: 0, timer });
    this.#report({ kind, count: 1, latest: event, isFirst: true });
  }

  /** Reports what is not reported yet and forgets everything. */
  flush(): void {
    for (const [kind, recent] of this.#recent) {
      clearTimeout(recent.timer);
      this.#sumUp(kind, recent);
    }
    this.#recent.clear();
  }

  #schedule(kind: string): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      const recent = this.#recent.get(kind);
      if (recent === undefined) return;
      recent.quiet = recent.count === 0 ? recent.quiet + this.#interval : 0;
      if (recent.quiet >= this.#memory) {
        this.#recent.delete(kind);
        return;
      }
      this.#sumUp(kind, recent);
      recent.timer = this.#schedule(kind);
    }, this.#interval);
  }

  #sumUp(kind: string, recent: Recent<Event>): void {
    const { count, latest } = recent;
    recent.count = 0;
    if (count > 0) this.#report({ kind, count, latest, isFirst: false });
  }
}
