const PARENT = decodeURIComponent(new URL("../.tmp/", import.meta.url).pathname);

/** An empty folder that goes away at the end of its block: the only place that tests write to. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync({ dir: PARENT });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
