/** What the visitors saw, counted by kind. */
export class Tally {
  /** Answers by what was asked and the status: "count 200". */
  readonly answers = new Map<string, number>();
  /** What went wrong while the server was up. */
  readonly errors = new Map<string, number>();
  /** What went wrong while it was down or going down, as it may. */
  readonly whileDown = new Map<string, number>();
  /** Updates that were answered for and are gone, or were made twice. */
  lost = 0;
  /** The first few faults in full. */
  readonly samples: string[] = [];

  /** Notes an answer. */
  answer(what: string, status: number): void {
    add(this.answers, `${what} ${status}`);
  }

  /** Notes that something went wrong. */
  error(kind: string, wasUp: boolean): void {
    add(wasUp ? this.errors : this.whileDown, kind);
    if (wasUp) this.#sample(kind);
  }

  /** Notes an update that is gone. */
  loss(what: string): void {
    this.lost++;
    this.#sample(what);
  }

  /** All answers. */
  get total(): number {
    return sum(this.answers);
  }

  /** All that went wrong while the server was up. */
  get failed(): number {
    return sum(this.errors);
  }

  #sample(text: string): void {
    if (this.samples.length < 10) this.samples.push(text);
  }
}

/** Counts as one line: the most frequent first. */
export function listed(counts: ReadonlyMap<string, number>): string {
  const entries = [...counts].sort(([, one], [, other]) => other - one);
  return entries.length === 0 ? "none" : entries.map(([kind, n]) => `${kind}: ${n}`).join(", ");
}

function add(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return counts.values().reduce((total, count) => total + count, 0);
}
