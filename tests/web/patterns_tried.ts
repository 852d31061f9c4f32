/** Counts the route patterns that are tried while a function runs. */
export async function patternsTried(run: () => unknown): Promise<number> {
  const { exec } = URLPattern.prototype;
  let tried = 0;
  URLPattern.prototype.exec = new Proxy(exec, {
    apply(target, pattern, args) {
      tried++;
      return Reflect.apply(target, pattern, args);
    },
  });
  try {
    await run();
  } finally {
    URLPattern.prototype.exec = exec;
  }
  return tried;
}
