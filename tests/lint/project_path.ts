const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** The path of a linted file as the rules name it: from the project's root, with slashes. */
export function projectPath(filename: string): string {
  const path = filename.replaceAll("\\", "/");
  const start = path.indexOf(ROOT);
  return start < 0 ? path : path.slice(start + ROOT.length);
}
