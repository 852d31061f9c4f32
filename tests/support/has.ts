import { chromiumPath } from "../browser/chromium.ts";

const PROJECT = new URL("../../", import.meta.url);
const FILES = new URL("../.tmp/", import.meta.url);

const net: Deno.PermissionDescriptor[] = [{ name: "net", host: "127.0.0.1" }];
const files: Deno.PermissionDescriptor[] = [
  { name: "write", path: FILES },
  { name: "read", path: FILES },
];
const run: Deno.PermissionDescriptor[] = [
  { name: "run", command: Deno.execPath() },
  { name: "read", path: PROJECT },
  ...files,
  ...net,
];

/**
 * The permissions that a test may need: to listen on 127.0.0.1, to use temporary files, and to run
 * Deno, or a program that not every machine has.
 */
const PERMISSIONS = {
  net,
  files,
  run,
  "redis-server": run,
  chromium: [...run, { name: "env" }, { name: "read" }, { name: "sys" }],
} as const satisfies Record<string, Deno.PermissionDescriptor[]>;

type Need = keyof typeof PERMISSIONS;

const said = new Set<string>();

/**
 * Tells whether a test has what it needs. If it has not, one line says what is missing and how to
 * get it, and the test is to be ignored; where the variable CI is set, that is an error.
 */
export function has(need: Need): boolean {
  const missing = missingOf(need);
  if (missing === null) return true;
  if (isGranted({ name: "env", variable: "CI" }) && Deno.env.get("CI")) {
    throw new Error(`Cannot skip tests in CI, and they need ${missing}`);
  }
  if (!said.has(missing)) console.log(`Skipped tests that need ${missing}`);
  said.add(missing);
  return false;
}

/** Registers a test like `Deno.test`: one that is ignored if it has not what it needs. */
export function testWith(need: Need): typeof Deno.test.ignore {
  return has(need) ? Deno.test : Deno.test.ignore;
}

function missingOf(need: Need): string | null {
  const ungranted = PERMISSIONS[need].find((permission) => !isGranted(permission));
  if (ungranted !== undefined) return withPermission(ungranted.name);
  if (need !== "redis-server" && need !== "chromium") return null;
  const program = need === "chromium" ? chromiumPath() : need;
  try {
    new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return withPermission("run");
    const remedy = need === "chromium" ? "the variable CHROMIUM says where it is" : "install it";
    return `${program}, which cannot be started here: ${remedy}`;
  }
}

function withPermission(name: string): string {
  return `--allow-${name}: "deno test -A" grants it`;
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
