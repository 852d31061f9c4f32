/** What was found, to be printed as a table. */
export class Report {
  readonly #rows = new Map<string, Map<string, string>>();
  readonly #faults: string[] = [];
  #passed = 0;

  /**
   * Notes what became of a check.
   *
   * @param row What was checked.
   * @param column Where it was checked.
   * @param fault What was wrong; null if nothing was.
   */
  add(row: string, column: string, fault: string | null): void {
    const cells = this.#rows.get(row) ?? new Map<string, string>();
    this.#rows.set(row, cells.set(column, fault === null ? "ok" : "FAILED"));
    if (fault === null) this.#passed++;
    else this.#faults.push(`${column}: ${row}: ${fault}`);
  }

  /** Whether anything was checked, and nothing was wrong. */
  get passed(): boolean {
    return this.#passed > 0 && this.#faults.length === 0;
  }

  /** The table, the faults, and the sum in the last line. */
  toString(): string {
    const columns = [...new Set([...this.#rows.values()].flatMap((cells) => [...cells.keys()]))];
    const lines = [["", ...columns]];
    for (const [row, cells] of this.#rows) {
      lines.push([row, ...columns.map((column) => cells.get(column) ?? "")]);
    }
    const widths = ["", ...columns].map((_, i) =>
      Math.max(...lines.map((line) => line[i]?.length ?? 0))
    );
    const table = lines.map((line) =>
      line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()
    );
    const sum = `${this.#passed} passed, ${this.#faults.length} failed`;
    return [...table, "", ...this.#faults, sum].join("\n");
  }
}
