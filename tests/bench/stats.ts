/** A value in the middle, with the smallest and the largest beside it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The median of some numbers and how far they reach. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1] ?? NaN;
  return { median: (lower + upper) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** A spread in one cell: `0.86 (0.84–0.88)`. */
export function spreadText({ median, min, max }: Spread, digits = 0): string {
  const show = (value: number) => format(value, digits);
  return `${show(median)} (${show(min)}–${show(max)})`;
}

/** A number with thousands apart. */
export function format(value: number, digits = 0): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
