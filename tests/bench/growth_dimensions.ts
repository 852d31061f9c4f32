import { denoServer, storeServer } from "./contestants.ts";
import { allCores, serverCore } from "./cores.ts";
import type { Databases } from "./databases.ts";
import { load, type LoadPlan, type LoadResult } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { freePort, type ServerProcess, startServer } from "./server_process.ts";

/** One server whose cost is followed. */
export interface GrowthSeries {
  readonly title: string;
  run(x: number, options: BenchOptions): Promise<LoadResult>;
}

/** One way in which the work can grow. */
export interface GrowthDimension {
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly xTitle: string;
  /** What the plot shows. */
  readonly y: "perSecond" | "cpuMicros" | "p50" | "p99";
  readonly yTitle: string;
  readonly steps: readonly number[];
  /** Brings about a step for all series; steps then come in order. */
  prepare?(x: number): Promise<void>;
  readonly series: readonly GrowthSeries[];
}

const counterPage = { path: "/", prepare: [], counter: "own", mustContain: "" } as const;
const readPage = { path: "/read", prepare: ["/"], counter: "still", mustContain: "" } as const;

interface Setup {
  /** Options of `servers/satchel.ts`. */
  readonly server?: Readonly<Record<string, unknown>>;
  readonly plan?: Partial<LoadPlan>;
  readonly processes?: number;
}

/** Starts Satchel in one or more processes, puts it under load once and stops it. */
async function underLoad(
  { server = {}, plan = {}, processes = 1 }: Setup,
  { connections, warmUp, seconds }: BenchOptions,
): Promise<LoadResult> {
  const running: ServerProcess[] = [];
  const port = freePort();
  const reusePort = processes > 1;
  const kind = server.location === undefined ? denoServer : storeServer;
  const command = kind("satchel", { ...server, reusePort });
  const cores = reusePort ? allCores : serverCore;
  try {
    for (let i = 0; i < processes; i++) running.push(await startServer(command, { cores, port }));
    const pid = running[0]?.pid ?? 0;
    const where = { pid, port, oneVisitor: false };
    return await load({ ...counterPage, connections, warmUp, seconds, ...where, ...plan });
  } finally {
    await Promise.all(running.map((process) => process.stop()));
  }
}

/** A server by the session pages it is asked for. */
function satchel(title: string, setup: (x: number) => Setup): GrowthSeries {
  return { title, run: (x, options) => underLoad(setup(x), options) };
}

/** All dimensions, in the order of the report. */
export function growthDimensions(databases: Databases): GrowthDimension[] {
  let stored = 0;
  const inStores = (setup: (x: number) => Setup) =>
    [...databases.stores].map(([name, location]) =>
      satchel(`counter page, ${name}`, (x) => ({ ...setup(x), server: { location } }))
    );
  return [
    {
      name: "size",
      title: "Session size",
      note: "A cookie holds 4096 bytes, which are about 2,950 of JSON.",
      xTitle: "bytes of session data",
      y: "cpuMicros",
      yTitle: "CPU µs per request",
      steps: [100, 200, 400, 800, 1600, 2800],
      series: [
        satchel("counter page, cold", (filler) => ({ server: { filler, cold: true } })),
        satchel("counter page, warm", (filler) => ({ server: { filler } })),
        satchel("read page, warm", (filler) => ({ server: { filler }, plan: readPage })),
      ],
    },
    {
      name: "connections",
      title: "Connections",
      note: "Each connection asks as soon as it is answered.",
      xTitle: "connections",
      y: "perSecond",
      yTitle: "requests/s",
      steps: [1, 4, 16, 64, 256, 1000],
      series: [
        satchel("counter page, cold", (connections) => ({
          server: { cold: true },
          plan: { connections },
        })),
        satchel("counter page, warm", (connections) => ({ plan: { connections } })),
      ],
    },
    {
      name: "processes",
      title: "Processes",
      note: "They share the port (`reusePort`), no process knows of another, and all share the " +
        "machine with the client. CPU µs are those of the first process.",
      xTitle: "processes",
      y: "perSecond",
      yTitle: "requests/s",
      steps: [1, 2, 4],
      series: [
        satchel("counter page, cold", (processes) => ({ server: { cold: true }, processes })),
        satchel("counter page, warm", (processes) => ({ processes })),
      ],
    },
    {
      name: "tabs",
      title: "Parallel requests of one session",
      note: "The cookie store knows no conflicts: the last answer wins, so nobody waits. In the " +
        "others each page that meets a newer session is made again, so that no visit is lost.",
      xTitle: "requests at once",
      y: "perSecond",
      yTitle: "requests/s",
      steps: [1, 2, 4, 8, 16, 32, 64],
      series: [
        satchel("counter page, warm", (connections) => ({
          plan: { connections, oneVisitor: true, counter: "none" },
        })),
        ...inStores((connections) => ({
          plan: { connections, oneVisitor: true, counter: "none" },
        })),
      ],
    },
    {
      name: "stored",
      title: "Stored sessions",
      note: "So many sessions of other visitors lie in the same store.",
      xTitle: "stored sessions",
      y: "cpuMicros",
      yTitle: "CPU µs per request",
      steps: [1, 1000, 10_000, 100_000, 1_000_000],
      async prepare(count) {
        await databases.fill(count - stored);
        stored = count;
      },
      series: inStores(() => ({})),
    },
  ];
}
