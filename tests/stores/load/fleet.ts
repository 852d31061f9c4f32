import { ServerProcess } from "../../server/server_process.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { RedisServer } from "../redis_server.ts";

/** The stores that several server processes may share. */
export type Kind = "kv" | "redis";

/** Several servers, each `main.ts` in a process of its own, that share one store. */
export class Fleet implements AsyncDisposable {
  readonly redis: RedisServer | null;
  readonly #folder = temporaryFolder();
  readonly #environment: Record<string, string>;
  readonly #servers: ServerProcess[] = [];

  private constructor(kind: Kind, redis: RedisServer | null) {
    this.redis = redis;
    this.#environment = { LOG: "off", SESSION_STORE: kind, KV_PATH: this.kvPath };
    if (redis !== null) this.#environment.REDIS_URL = redis.url;
  }

  /** Starts servers; Redis with its log on disk before it answers, as KV has it always. */
  static async start(kind: Kind, count: number): Promise<Fleet> {
    const flags = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    const fleet = new Fleet(kind, kind === "redis" ? await RedisServer.start({ flags }) : null);
    for (let index = 0; index < count; index++) await fleet.add();
    return fleet;
  }

  /** The file of the KV store. */
  get kvPath(): string {
    return `${this.#folder.path}/sessions.sqlite`;
  }

  /** The address of one of the servers, in turn. */
  origin(turn: number): string {
    return this.#servers[turn % this.#servers.length]?.origin ?? "";
  }

  /** Starts one more server. */
  async add(): Promise<void> {
    const options = { folder: this.#folder.path, environment: this.#environment };
    this.#servers.push(await ServerProcess.start(options));
  }

  /** Ends the first server without warning. */
  async killOne(): Promise<void> {
    await this.#servers.shift()?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.kill()));
    await this.redis?.[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
