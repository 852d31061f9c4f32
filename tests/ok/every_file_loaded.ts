/** Whether a module does anything when it runs; one that only declares types is never loaded. */
export function hasCode(text: string): boolean {
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  return /^(?!import type\b|export (?:type|interface)\b|declare\b|interface\b|type\b)[a-z]/m
    .test(code);
}

/** The files that a report does not name. */
export function missingFrom(report: string, files: readonly string[]): string[] {
  const loaded = report.split("\n").filter((line) => line.startsWith("SF:"))
    .map((line) => line.replaceAll("\\", "/"));
  return files.filter((file) => !loaded.some((line) => line.endsWith(`/${file}`)));
}

/** The modules in a folder, and in the folders below it, that have code. */
async function modulesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await modulesIn(path));
    else if (/(?<!\.d)\.tsx?$/.test(name) && hasCode(await Deno.readTextFile(path))) {
      found.push(path);
    }
  }
  return found.sort();
}

/**
 * Says whether a coverage report (lcov) names every file of `src/` and `views/`: coverage knows
 * nothing of a file that no test ever loads.
 */
export async function isEveryFileIn(report: string): Promise<boolean> {
  const files = [...await modulesIn("src"), ...await modulesIn("views")];
  const missing = missingFrom(report, files);
  for (const file of missing) {
    console.error(`Cannot say how well ${file} is tested: no test loads it`);
  }
  if (missing.length === 0) console.log(`every file loaded: ${files.length} in src and views`);
  return missing.length === 0;
}
