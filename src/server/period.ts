const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]] as const;

/**
 * Writes a span of time in the largest unit that divides it.
 *
 * @param seconds The span, a whole number.
 * @returns Such as `20 minutes` or `90 seconds`.
 */
export function period(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds % length === 0) ?? UNITS[3];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * Writes a span of time in whole units of the largest that fits.
 *
 * @param seconds The span.
 * @returns Such as `1 day` for 30 hours.
 */
export function roughPeriod(seconds: number): string {
  const [, length] = UNITS.find(([, length]) => seconds >= length) ?? UNITS[3];
  return seconds < 1 ? "0 seconds" : period(Math.floor(seconds / length) * length);
}
