import { deno, pathOf } from "./folder.ts";
import versions from "./versions.json" with { type: "json" };

/** The names that npm packages give machines, by the names that Deno gives them. */
const CPUS: Readonly<Record<string, { node: string; bun: string; workerd: string }>> = {
  x86_64: { node: "x64", bun: "x64", workerd: "64" },
  aarch64: { node: "arm64", bun: "aarch64", workerd: "arm64" },
};

const { os, arch } = Deno.build;
const cpu = CPUS[arch];
// The packages that hold the binaries: those named `node`, `bun` and `workerd` only fetch them.
const NODE = `node-${os}-${cpu?.node}`;
const BUN = `@oven/bun-${os}-${cpu?.bun}`;
const WORKERD = `@cloudflare/workerd-${os}-${cpu?.workerd}`;

/** Where the binaries are, once installed. */
export const BINARIES = {
  node: pathOf(`node_modules/${NODE}/bin/node`),
  bun: pathOf(`node_modules/${BUN}/bin/bun`),
  workerd: pathOf(`node_modules/${WORKERD}/bin/workerd`),
};

/** Installs the runtimes in the pinned versions, unless they are already there. */
export async function installRuntimes(): Promise<void> {
  const wanted = JSON.stringify({
    private: true,
    type: "module",
    dependencies: { [NODE]: versions.node, [BUN]: versions.bun, [WORKERD]: versions.workerd },
  });
  const installed = await Deno.readTextFile(pathOf("installed")).catch(() => null);
  if (installed === wanted) return;
  console.error("Installing Node, Bun and workerd");
  await Deno.mkdir(pathOf("."), { recursive: true });
  await Deno.writeTextFile(pathOf("package.json"), wanted);
  await deno(["install", "--quiet", "--node-modules-dir=manual"], pathOf("."));
  await Deno.writeTextFile(pathOf("installed"), wanted);
}
