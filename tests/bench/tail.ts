import type { Contestant } from "./contestants.ts";
import type { BenchOptions } from "./options.ts";
import type { Check } from "./report.ts";
import { runRounds } from "./rounds.ts";
import { format, spread, spreadText } from "./stats.ts";

const CONNECTIONS = 256;

/** How long the slowest hundredth waits when many ask at once, beside Fastify's. */
export async function tailChecks(
  contestants: readonly Contestant[],
  options: BenchOptions,
): Promise<Check[]> {
  const names = ["satchel-counter", "fastify"];
  const pair = contestants.filter(({ name }) => names.includes(name));
  if (pair.length < names.length) return [];
  const results = await runRounds(pair, { ...options, connections: CONNECTIONS });
  const p99 = (name: string) => (results.get(name) ?? []).map((result) => result.p99);
  const own = p99("satchel-counter");
  const other = p99("fastify");
  const reached = spread(own.map((value, round) => value / (other[round] ?? NaN)));
  const medians = [own, other].map((values) => format(spread(values).median, 1)).join(" / ");
  return [{
    title: `p99 at ${CONNECTIONS} connections, counter page warm / Fastify's`,
    value: `${spreadText(reached, 2)}: ${medians} ms`,
    target: "≤ 1",
    isMet: reached.median <= 1,
  }];
}
