import peers from "./peers.json" with { type: "json" };

const FOLDER = new URL("./.peers/", import.meta.url);

/** The names that npm gives Node's builds, by the names that Deno gives machines. */
const CPUS: Readonly<Record<string, string>> = { x86_64: "x64", aarch64: "arm64" };

/** Node as a package of npm, so that its version is pinned like that of all others. */
const nodePackage = `node-${Deno.build.os}-${CPUS[Deno.build.arch]}`;

/** Where {@linkcode installPeers} puts the Node that runs the peers and the load client. */
export const nodePath: string = new URL(`node_modules/${nodePackage}/bin/node`, FOLDER).pathname;

/** Installs the peers in the pinned versions, unless they are already there. */
export async function installPeers(): Promise<void> {
  const { node, ...others } = peers;
  const wanted = JSON.stringify({
    private: true,
    dependencies: { ...others, [nodePackage]: node },
  });
  const manifest = new URL("package.json", FOLDER);
  const done = new URL("installed", FOLDER);
  if (await readIfThere(done) === wanted) return;

  console.error("Installing the peers");
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(manifest, wanted);
  const install = new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=manual"],
    cwd: FOLDER,
    stdin: "null",
  });
  const { success, stderr } = await install.output();
  if (!success) {
    throw new Error(`Cannot install the peers: ${new TextDecoder().decode(stderr)}`);
  }
  await Deno.writeTextFile(done, wanted);
}

/** Debian's Python, the one that sees Debian's packages. */
export const pythonPath = "/usr/bin/python3";

/** Whether Pyramid and waitress are installed; they come from Debian, not from npm. */
export async function hasPyramid(): Promise<boolean> {
  try {
    const check = new Deno.Command(pythonPath, {
      args: ["-c", "import pyramid, waitress"],
      stderr: "null",
    });
    return (await check.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readIfThere(path: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
