/**
 * Measures what each export of the package costs an application: bundled with all it imports,
 * minified and gzipped. `deno run --allow-run=deno tests/package/size.ts`
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

/** Modules that are measured, by the names that they are imported by. */
export const MODULES: Readonly<Record<string, string>> = {
  ...config.exports,
  "{ Sessions, CookieStore }": "./tests/package/sessions_alone.ts",
};

/** How large a bundle is, in bytes. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

/** Bundles a module of the project, named by its path. */
export async function sizeOf(path: string): Promise<Size> {
  const bundle = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", path],
    cwd: decodeURIComponent(new URL("../../", import.meta.url).pathname),
    stdin: "null",
  });
  const { success, stdout, stderr } = await bundle.output();
  if (!success) throw new Error(`Cannot bundle ${path}: ${new TextDecoder().decode(stderr)}`);
  const gzipped = new Blob([stdout]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    minified: stdout.length,
    gzipped: (await new Response(gzipped).arrayBuffer()).byteLength,
  };
}

if (import.meta.main) {
  for (const [name, path] of Object.entries(MODULES)) {
    const { minified, gzipped } = await sizeOf(path);
    const columns = [minified, gzipped].map((size) =>
      `${(size / 1024).toFixed(1)} KiB`.padStart(9)
    );
    console.log(name.padEnd(26), ...columns);
  }
}
