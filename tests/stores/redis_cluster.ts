import { createCluster } from "redis";
import { RedisServer } from "./redis_server.ts";

const SLOTS = 16_384;

/** A Cluster of three nodes, each with a third of the slots. */
export class RedisCluster implements AsyncDisposable {
  readonly #nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.#nodes = nodes;
  }

  /** Starts the nodes and waits until they know each other. */
  static async start(): Promise<RedisCluster> {
    const flags = ["--cluster-enabled", "yes", "--save", "", "--appendonly", "no"];
    const nodes = await Promise.all([0, 1, 2].map(() => RedisServer.start({ flags })));
    const cluster = new RedisCluster(nodes);
    for (const [index, node] of nodes.entries()) {
      const [first, last] = [index, index + 1].map((part) => Math.ceil(part * SLOTS / 3));
      await node.command("CLUSTER", "ADDSLOTSRANGE", String(first), String(Number(last) - 1));
      await node.command("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
      await node.command("CLUSTER", "MEET", "127.0.0.1", String(nodes[0]?.port));
    }
    for (let attempt = 0; attempt < 400; attempt++) {
      const infos = await Promise.all(nodes.map((node) => node.command("CLUSTER", "INFO")));
      const isOne = infos.every((info) => {
        return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3");
      });
      if (isOne) return cluster;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("The nodes of the cluster do not find each other");
  }

  /** The addresses of the nodes, for `REDIS_URL`. */
  get urls(): string[] {
    return this.#nodes.map(({ url }) => url);
  }

  /** A client of all nodes. */
  async connect() {
    const client = createCluster({
      rootNodes: this.urls.map((url) => ({ url })),
      defaults: { disableOfflineQueue: true },
    });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  /** All that one of the nodes says to a command. */
  async everywhere(...words: string[]): Promise<string> {
    const answers = await Promise.all(this.#nodes.map((node) => node.command(...words)));
    return answers.join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}
