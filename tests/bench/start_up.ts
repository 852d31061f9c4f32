import { denoServer } from "./contestants.ts";
import { load } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { Check } from "./report.ts";
import { startServer } from "./server_process.ts";
import { type Spread, spread, spreadText } from "./stats.ts";

const SECRET = "kP3vX8qLw2RtZ6yBn0JmGc5HsDf9UaEo1iTj4QxVb7M";
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

const bare = denoServer("bare", [["content-type", "text/html; charset=utf-8"]]);
const library = denoServer("satchel");
const wholeServer = (port: number) => [
  "env",
  `PORT=${port}`,
  `SESSION_SECRETS=${SECRET}`,
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-net=127.0.0.1",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  MAIN,
];

interface Cost {
  firstAnswer: number;
  idle: number;
  loaded: number;
}

/** What a server costs before it does anything, and what it keeps of a load. */
export async function startUpChecks(options: BenchOptions): Promise<Check[]> {
  const servers = { bare, library, "main.ts": wholeServer };
  const names = ["bare", "library", "main.ts"] as const;
  const costs: Record<keyof typeof servers, Cost[]> = { bare: [], library: [], "main.ts": [] };
  for (let round = 1; round <= options.rounds; round++) {
    console.error(`Start-up and memory ${round}/${options.rounds}`);
    for (const name of names) costs[name].push(await costOf(servers[name], options));
  }
  const measures = [
    ["firstAnswer", "first answer", "ms", 1.5],
    ["idle", "memory idle", "MiB", 1.4],
    ["loaded", "memory after load", "MiB", 2],
  ] as const;
  return measures.flatMap(([key, title, unit, most]) =>
    (["library", "main.ts"] as const).map((name) => {
      const of = (server: keyof typeof servers) => spread(costs[server].map((cost) => cost[key]));
      const values = costs[name].map((cost, i) => cost[key] / (costs.bare[i]?.[key] ?? NaN));
      const ratio: Spread = spread(values);
      const absolute = `${of(name).median.toFixed(0)} / ${of("bare").median.toFixed(0)} ${unit}`;
      return {
        title: `${title}, ${name} / bare`,
        value: `${spreadText(ratio, 2)}: ${absolute}`,
        target: `≤ ${most}`,
        isMet: ratio.median <= most,
      };
    })
  );
}

async function costOf(
  command: (port: number) => readonly string[],
  { connections, warmUp, seconds }: BenchOptions,
): Promise<Cost> {
  const server = await startServer(command);
  try {
    const { pid, port, firstAnswer } = server;
    const idle = await server.memory();
    const page = { path: "/", prepare: [], counter: "none", mustContain: "" } as const;
    await load({ ...page, pid, port, connections, warmUp, seconds, oneVisitor: false });
    return { firstAnswer, idle, loaded: await server.memory() };
  } finally {
    await server.stop();
  }
}
