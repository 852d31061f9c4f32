/** Made when first needed: the first use of `Intl` takes longer than the rest of the start. */
let format: Intl.DurationFormat | undefined;

/**
 * Formats a length of time in its two largest units.
 *
 * @param seconds The length; a second at least.
 * @returns For example "19 minutes, 58 seconds".
 */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.floor(seconds));
  const units: [Intl.DurationFormatUnit, number][] = [
    ["days", Math.floor(whole / 86400)],
    ["hours", Math.floor(whole / 3600) % 24],
    ["minutes", Math.floor(whole / 60) % 60],
    ["seconds", whole % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  const shown = units.slice(first, first + 2).filter(([, amount]) => amount > 0);
  format ??= new Intl.DurationFormat("en", { style: "long" });
  return format.format(Object.fromEntries(shown));
}
