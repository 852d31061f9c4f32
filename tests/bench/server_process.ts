import { pinned, serverCore } from "./cores.ts";

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from its start to its first answer. */
  readonly firstAnswer: number;
  /** Resident memory now, in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** How a server is started. */
export interface ServerOptions {
  /** The cores it may use; the server's core unless said otherwise. */
  readonly cores?: string;
  /** What it is asked first; `/` by default. */
  readonly path?: string;
  /** Where it listens; a free port unless said otherwise. */
  readonly port?: number;
}

const START_UP_MS = 20_000;

/** Starts a server and waits for its first answer. */
export async function startServer(
  commandFor: (port: number) => readonly string[],
  { cores = serverCore, path = "/", port = freePort() }: ServerOptions = {},
): Promise<ServerProcess> {
  const [command, ...args] = await pinned(cores, commandFor(port));
  const start = performance.now();
  const child = new Deno.Command(command, {
    args,
    env: { NODE_ENV: "production", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let running = true;
  const ended = child.status.then(() => running = false);

  const stop = async () => {
    if (!running) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(timer);
  };

  while (!(await answers(port, path))) {
    if (!running || performance.now() - start > START_UP_MS) {
      await stop();
      throw new Error(`Cannot start ${[command, ...args].join(" ")}: no answer`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return {
    pid: child.pid,
    port,
    firstAnswer: performance.now() - start,
    memory: () => residentMemory(child.pid),
    stop,
  };
}

/** One request by hand: `fetch` would keep its connection and take its time for the first one. */
async function answers(port: number, path: string): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const bytes = new Uint8Array(12);
    await connection.read(bytes);
    return new TextDecoder().decode(bytes) === "HTTP/1.1 200";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    if (error instanceof Deno.errors.ConnectionReset) return false;
    throw error;
  }
}

/** A port that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Asks `ps`: Deno lets nobody read `/proc` who has not all permissions. */
async function residentMemory(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] })
    .output();
  return Number(new TextDecoder().decode(stdout)) / 1024;
}
