/**
 * Where the browser of the tests is; prints it when it is run.
 *
 * @module
 */

/** Where Chromium is: where the variable CHROMIUM says, or where Debian puts it. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") || "/usr/bin/chromium";
}

/**
 * Whether there is a Chromium to test with. Where there is none, one line says so and the tests are
 * ignored; in CI that is an error.
 */
export function hasChromium(): boolean {
  const path = chromiumPath();
  try {
    return Deno.statSync(path).isFile;
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? `there is no ${path} (CHROMIUM names another)`
      : "that takes more permissions (deno task test:browser has them)";
    const message = `Cannot test in a browser: ${reason}`;
    if (Deno.env.get("CI")) throw new Error(message, { cause });
    console.log(message);
    return false;
  }
}

if (import.meta.main) console.log(chromiumPath());
