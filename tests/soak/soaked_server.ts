import { ServerProcess } from "../server/server_process.ts";

/** The real server, as its visitors and its memory see it: it dies and comes back now and then. */
export class SoakedServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #environment: Record<string, string>;
  #process: ServerProcess | null = null;
  /** Whether it keeps the sessions itself, or leaves them to their visitors' cookies. */
  readonly keepsSessions: boolean;
  /** How many times it was started. */
  lives = 0;
  /** Whether it is there to answer. */
  isUp = false;

  constructor(folder: string, environment: Record<string, string>) {
    this.#folder = folder;
    this.#environment = environment;
    this.keepsSessions = environment.SESSION_STORE !== "cookie";
  }

  /** Where it listens. */
  get origin(): string {
    return this.#process?.origin ?? "";
  }

  /** Starts it, on the port of its first life. */
  async start(): Promise<void> {
    const port = this.#process === null ? "0" : new URL(this.origin).port;
    const environment = { PORT: port, ...this.#environment };
    this.#process = await ServerProcess.start({ folder: this.#folder, environment });
    this.lives++;
    this.isUp = true;
  }

  /** Ends it as a crash would. */
  async crash(): Promise<void> {
    this.isUp = false;
    await this.#process?.kill();
  }

  /** Ends it in an orderly way; returns its exit status. */
  async stop(): Promise<number> {
    this.isUp = false;
    this.#process?.signal("SIGTERM");
    return await this.#process?.status() ?? 0;
  }

  /** Lines of its log, and those of them that speak of refused cookies. */
  get logLines(): { all: number; refusals: number } {
    const lines = this.#process?.output.split("\n") ?? [];
    return { all: lines.length, refusals: lines.filter((line) => /^Refused /.test(line)).length };
  }

  /** The memory that it has in use, in MiB. */
  async memory(): Promise<number> {
    // Deno reads /proc itself only with every permission there is.
    const args = ["-o", "rss=", "-p", String(this.#process?.pid)];
    const { stdout } = await new Deno.Command("ps", { args }).output();
    return Number(new TextDecoder().decode(stdout)) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
  }
}
