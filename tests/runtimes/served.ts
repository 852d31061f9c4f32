/** How to start a server that says where it listens. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs. Default: here. */
  readonly folder?: string;
}

/** The port, whole, as the servers tell it: the first address, or workerd's event. */
const PORT = /(?:127\.0\.0\.1|localhost):(\d+)\D|"socket":"http","port":(\d+)\D/;

/** A server of its own process, on a free port of this machine. */
export class Served implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Where it listens. */
  origin = "";
  /** All it has said. */
  output = "";

  private constructor(process: Deno.ChildProcess, listening: (port: string) => void) {
    this.#process = process;
    this.#ended = Promise.all([process.stdout, process.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.output += text;
        const found = PORT.exec(this.output);
        if (found !== null) listening(found[1] ?? found[2] ?? "");
      }
    }));
  }

  /** Starts a server and waits until it listens. */
  static async start({ program, args, environment = {}, folder }: Launch): Promise<Served> {
    const process = new Deno.Command(program, {
      args: [...args],
      cwd: folder,
      env: { NO_COLOR: "1", ...environment },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { promise, resolve } = Promise.withResolvers<string>();
    const served = new Served(process, resolve);
    const port = await Promise.race([promise, served.#ended]);
    if (typeof port !== "string") {
      await process.status;
      throw new Error(`Cannot start ${program}: ${served.output.trim()}`);
    }
    served.origin = `http://127.0.0.1:${port}`;
    return served;
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await Promise.all([this.#process.status, this.#ended]);
  }
}
