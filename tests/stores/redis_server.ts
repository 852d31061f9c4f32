import { createClient } from "redis";
import { temporaryFolder } from "../support/temporary_folder.ts";

/** How a Redis under test is started. */
export interface RedisOptions {
  /** Further lines of its configuration, as arguments. */
  readonly flags?: readonly string[];
}

/** The client as the tests use it: like the server's, it waits for nobody. */
export function clientOf(url: string) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: () => 50 },
  });
  client.on("error", () => {});
  return client;
}

/** A Redis of its own on a free loopback port, with its data in a folder that goes with it. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder = temporaryFolder();
  readonly #flags: readonly string[];
  #process: Deno.ChildProcess | null = null;

  private constructor({ flags = ["--save", "", "--appendonly", "no"] }: RedisOptions) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    this.#flags = flags;
  }

  /** Starts one and waits until it answers. */
  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, again if it was killed, on the same port and data. */
  async start(): Promise<void> {
    const place = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder.path];
    this.#process = new Deno.Command("redis-server", {
      args: [...place, ...this.#flags],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let attempt = 0; attempt < 200; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      if ((await this.command("PING")).startsWith("+PONG")) return;
    }
    throw new Error(`Redis does not answer on port ${this.port}`);
  }

  /** Sends one command by hand and returns the raw beginning of the answer; "" if there is none. */
  async command(...words: string[]): Promise<string> {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
      await connection.write(new TextEncoder().encode(`${words.join(" ")}\r\n`));
      const answer = new Uint8Array(65_536);
      const count = await connection.read(answer) ?? 0;
      return new TextDecoder().decode(answer.subarray(0, count));
    } catch {
      return "";
    }
  }

  /** Ends it without warning. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = null;
  }

  /** Makes it hang: it keeps its connections and answers nothing. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Makes it answer again. */
  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }
}
