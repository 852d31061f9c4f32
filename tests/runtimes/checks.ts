/** Something that must be so: throws when it is not. */
export type Check = () => unknown;

/** What became of a check. */
export interface Outcome {
  name: string;
  /** What was wrong; null if nothing was. */
  fault: string | null;
}

/** Runs checks one after the other, all of them whatever happens. */
export async function outcomes(checks: Readonly<Record<string, Check>>): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const [name, check] of Object.entries(checks)) {
    all.push({ name, fault: await faultOf(check) });
  }
  return all;
}

/** What is wrong with a check; null if nothing is. */
export async function faultOf(check: Check): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    // In one line, and without the colours of assertions.
    // deno-lint-ignore no-control-regex
    return String(error).replaceAll(/\x1b\[[\d;]*m/g, "").replaceAll(/\s+/g, " ").trim();
  }
}
