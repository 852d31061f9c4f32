import { pathOf } from "./folder.ts";

/**
 * Writes workerd's configuration for a module.
 *
 * @param name The module's name in the task's folder.
 * @param bindings What the worker finds in its environment.
 * @returns The configuration's path.
 */
export async function workerConfig(
  name: string,
  bindings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = pathOf(`${name}.capnp`);
  const list = Object.entries(bindings).map(([key, text]) => `(name = "${key}", text = "${text}")`);
  await Deno.writeTextFile(
    path,
    `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "app", worker = .app)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);

const app :Workerd.Worker = (
  modules = [(name = "${name}", esModule = embed "${name}")],
  bindings = [${list.join(", ")}],
  compatibilityDate = "2026-11-17",
);
`,
  );
  return path;
}
