import type { Results } from "./rounds.ts";
import { type Spread, spread } from "./stats.ts";

/** One contestant's throughput over another's, and what it should reach. */
export interface RatioTarget {
  readonly of: string;
  readonly to: string;
  readonly least: number;
}

/** What was reached. */
export interface Ratio extends RatioTarget {
  readonly reached: Spread;
  readonly isMet: boolean;
}

export const RATIO_TARGETS: readonly RatioTarget[] = [
  { of: "satchel-counter-cold", to: "decrypt-encrypt", least: 0.85 },
  { of: "satchel-counter", to: "encrypt", least: 0.85 },
  { of: "satchel-counter-cold", to: "fastify", least: 1.05 },
  { of: "satchel-counter", to: "fastify", least: 1.4 },
  { of: "satchel-counter-2", to: "fastify-2", least: 2 },
  { of: "satchel-counter", to: "pyramid", least: 4.5 },
  { of: "satchel-counter", to: "express", least: 5 },
  { of: "satchel-counter", to: "hono", least: 9 },
  { of: "satchel-read-cold", to: "bare-read", least: 0.45 },
  { of: "satchel-read", to: "bare-read", least: 0.85 },
  { of: "satchel-plain", to: "bare-plain", least: 0.92 },
  { of: "satchel-kv", to: "kv-limit", least: 0.7 },
  { of: "satchel-redis", to: "redis-limit", least: 0.7 },
];

/** The ratios that the results allow; each round gives one value. */
export function ratios(results: Results): Ratio[] {
  return RATIO_TARGETS.flatMap((target) => {
    const above = results.get(target.of);
    const below = results.get(target.to);
    if (!above?.length || !below?.length) return [];
    const values = above.map(({ perSecond }, round) =>
      perSecond / (below[round]?.perSecond ?? NaN)
    );
    const reached = spread(values);
    return [{ ...target, reached, isMet: reached.median >= target.least }];
  });
}
