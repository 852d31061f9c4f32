/**
 * Where the browser of the tests is; prints it when it is run.
 *
 * @module
 */

/** Where Chromium is: where the variable CHROMIUM says, or where Debian puts it. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") || "/usr/bin/chromium";
}

if (import.meta.main) console.log(chromiumPath());
