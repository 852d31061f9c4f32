import type { Results } from "./rounds.ts";
import { type Spread, spread } from "./stats.ts";

/** One contestant's throughput over another's, and what it should reach. */
export interface RatioTarget {
  readonly of: string;
  readonly to: string;
  /** null: for comparison only. */
  readonly least: number | null;
}

/** What was reached. */
export interface Ratio extends RatioTarget {
  readonly reached: Spread;
  readonly isMet: boolean | null;
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
  // What the limits reach is what nobody exceeds who seals with WebCrypto.
  { of: "encrypt", to: "fastify", least: null },
  { of: "decrypt-encrypt", to: "fastify", least: null },
  { of: "encrypt", to: "express", least: null },
  { of: "redis-sealed-limit", to: "redis-limit", least: null },
  { of: "satchel-redis", to: "redis-sealed-limit", least: null },
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
    const isMet = target.least === null ? null : reached.median >= target.least;
    return [{ ...target, reached, isMet }];
  });
}
