import { type Command, permissions } from "../tasks/permissions.ts";

export { temporaryFolder } from "../support/temporary_folder.ts";

/** The project's folder, as a path. */
const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** What a program said, and how it ended. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Where and with what a program runs. */
export interface RunOptions {
  /** The folder it runs in; its secret file lies there. */
  readonly folder: string;
  /** Environment variables; those of the server are unset otherwise. */
  readonly environment?: Record<string, string>;
  /** What it reads from standard input. */
  readonly input?: string;
}

/** Runs `main.ts` to its end with the permissions of a task of `deno.json`. */
export async function runMain(
  task: Command,
  args: readonly string[],
  { folder, environment = {}, input }: RunOptions,
): Promise<Outcome> {
  const process = command(task, args, folder, environment, "piped").spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input ?? ""));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { status: code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** A server of its own process, on a free port. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  /** All it has said so far. */
  output = "";
  /** Where it listens. */
  origin = "";
  readonly #ended: Promise<void>;

  /** Starts a server and waits until it listens. */
  static async start({ folder, environment = {} }: RunOptions): Promise<ServerProcess> {
    const process = command("start", [], folder, { PORT: "0", ...environment }, "null").spawn();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const server = new ServerProcess(process, resolve, reject);
    server.origin = await promise;
    return server;
  }

  private constructor(
    process: Deno.ChildProcess,
    listening: (origin: string) => void,
    failed: (error: Error) => void,
  ) {
    this.#process = process;
    const streams = [process.stdout, process.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.output += text;
        const origin = /listens on (http:\/\/[^\s,"]+)/.exec(this.output)?.[1];
        if (origin !== undefined) listening(origin);
      }
    });
    this.#ended = Promise.all(streams).then(() => {
      failed(new Error(`The server ended before it listened: ${this.output}`));
    });
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Sends a signal. */
  signal(name: Deno.Signal): void {
    this.#process.kill(name);
  }

  /** Waits for its end; returns the exit status. */
  async status(): Promise<number> {
    await this.#ended;
    return (await this.#process.status).code;
  }

  /** Ends it without warning, as a crash would. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.status();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** `deno run` with the permissions that the tasks of `deno.json` give, to put them to the test. */
function command(
  task: Command,
  args: readonly string[],
  cwd: string,
  environment: Record<string, string>,
  stdin: "piped" | "null",
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      `--config=${ROOT}deno.json`,
      ...permissions(task, (name) => environment[name]),
      `${ROOT}main.ts`,
      ...(task === "start" ? [] : [task]),
      ...args,
    ],
    cwd,
    env: { NO_COLOR: "1", ...environment },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}
