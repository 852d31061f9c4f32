import type { Contestant } from "./contestants.ts";
import type { BenchOptions } from "./options.ts";
import type { Check } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { format, spread, spreadText } from "./stats.ts";

const CONNECTIONS = 256;

/**
 * How long the slowest hundredth waits when many ask at once, beside Fastify's. The limit is what a
 * server reaches that does nothing but one encryption.
 */
export async function tailChecks(
  contestants: readonly Contestant[],
  options: BenchOptions,
): Promise<Check[]> {
  const names = ["satchel-counter", "encrypt", "fastify"];
  const chosen = contestants.filter(({ name }) => names.includes(name));
  if (chosen.length < names.length) return [];
  const results = await runRounds(chosen, { ...options, connections: CONNECTIONS });
  const p99 = (name: string) => (results.get(name) ?? []).map((result) => result.p99);
  const check = (name: string, title: string): Check => {
    const values = [p99(name), p99("fastify")] as const;
    const reached = spread(values[0].map((value, round) => value / (values[1][round] ?? NaN)));
    const medians = values.map((each) => format(spread(each).median, 1)).join(" / ");
    return {
      title: `p99 at ${CONNECTIONS} connections, ${title} / Fastify's`,
      value: `${spreadText(reached, 2)}: ${medians} ms`,
      target: "≤ 1",
      isMet: reached.median <= 1,
    };
  };
  return [check("satchel-counter", "counter page warm"), check("encrypt", "limit: one encrypt")];
}
