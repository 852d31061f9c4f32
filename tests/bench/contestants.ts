import { allCores, serverCore } from "./cores.ts";
import type { LoadPlan } from "./load.ts";
import { nodePath, pythonPath } from "./peers.ts";

/** Response headers as pairs. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Headers that Satchel sends with its pages; the limits send the same. */
export interface SatchelHeaders {
  readonly counter: HeaderList;
  readonly read: HeaderList;
  readonly plain: HeaderList;
}

/** A server under load. */
export interface Contestant {
  readonly name: string;
  /** What it is, for the table. */
  readonly title: string;
  readonly cores: string;
  readonly plan: Pick<LoadPlan, "path" | "prepare" | "counter" | "mustContain">;
  command(port: number): string[];
}

const here = (path: string) => new URL(path, import.meta.url).pathname;

/** A server in Deno. */
export function denoServer(script: string, ...options: unknown[]): (port: number) => string[] {
  const args = options.map((option) =>
    typeof option === "string" ? option : JSON.stringify(option)
  );
  return (port) => [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--unstable-net", // for reusePort
    "--allow-net=127.0.0.1",
    here(`servers/${script}.ts`),
    String(port),
    ...args,
  ];
}

/** The same with what databases need beside the network. */
export function storeServer(script: string, ...options: unknown[]): (port: number) => string[] {
  const command = denoServer(script, ...options);
  return (port) => {
    const [deno = "", run = "", ...rest] = command(port);
    return [deno, run, "--allow-read", "--allow-write", "--allow-env", ...rest];
  };
}

const nodeServer = (script: string) => (port: number) => [
  nodePath,
  here(`peers/${script}.mjs`),
  String(port),
];

const pyramid = (port: number) => [pythonPath, here("peers/pyramid_app.py"), String(port)];

const home = "<h1>Hi Home View</h1>";
const counterPage = { path: "/", prepare: [], counter: "own", mustContain: home } as const;
const readPage = { ...counterPage, path: "/read", prepare: ["/", "/"], counter: "still" } as const;
const flashPage = {
  path: "/flash",
  prepare: ["/", "/flash"],
  counter: "still",
  mustContain: `<p role="status">Your item was added.</p>`,
} as const;
const plainPage = { ...counterPage, path: "/plain", counter: "none" } as const;
/** A limit keeps no session: one counter for all. */
const limitPage = { ...counterPage, counter: "shared" } as const;

/** What not every machine has. */
export interface Surroundings {
  readonly hasPyramid: boolean;
  /** The databases by name, with where they are. */
  readonly stores: ReadonlyMap<string, string>;
}

/** Everyone who takes part, in the order of the table. */
export function contestants(
  headers: SatchelHeaders,
  { hasPyramid, stores }: Surroundings,
): Contestant[] {
  const warm = denoServer("satchel");
  const cold = denoServer("satchel", { cold: true });
  const one = (
    name: string,
    title: string,
    plan: Contestant["plan"],
    command: Contestant["command"],
    cores = serverCore,
  ): Contestant => ({ name, title, plan, command, cores });

  return [
    one("satchel-counter-cold", "Satchel, counter page, cold", counterPage, cold),
    one("satchel-counter", "Satchel, counter page, warm", counterPage, warm),
    one("satchel-read-cold", "Satchel, read page, cold", readPage, cold),
    one("satchel-read", "Satchel, read page, warm", readPage, warm),
    one("satchel-flash-cold", "Satchel, flash page, cold", flashPage, cold),
    one("satchel-flash", "Satchel, flash page, warm", flashPage, warm),
    one("satchel-plain", "Satchel, page without session", plainPage, warm),
    one("bare", "Limit: bare `Deno.serve`", limitPage, denoServer("bare", headers.counter)),
    one("bare-read", "Limit: bare, read page", limitPage, denoServer("bare", headers.read)),
    one("bare-plain", "Limit: bare, no session", limitPage, denoServer("bare", headers.plain)),
    one(
      "encrypt",
      "Limit: one encrypt",
      limitPage,
      denoServer("one_call", headers.counter, "encrypt"),
    ),
    one(
      "decrypt-encrypt",
      "Limit: decrypt + encrypt",
      limitPage,
      denoServer("one_call", headers.counter, "both"),
    ),
    one("fastify", "Fastify + @fastify/secure-session", counterPage, nodeServer("fastify")),
    one("express", "Express + cookie-session", counterPage, nodeServer("express")),
    one("hono", "Hono + iron-session", counterPage, nodeServer("hono")),
    one("h3", "h3 useSession", counterPage, nodeServer("h3")),
    ...(hasPyramid ? [one("pyramid", "Pyramid + waitress", counterPage, pyramid)] : []),
    one("satchel-counter-2", "Satchel, counter page, warm, 2 cores", counterPage, warm, allCores),
    one(
      "fastify-2",
      "Fastify + @fastify/secure-session, 2 cores",
      counterPage,
      nodeServer("fastify"),
      allCores,
    ),
    ...[...stores].flatMap(([name, location]) => [
      one(
        `satchel-${name}`,
        `Satchel, ${name}, counter page`,
        counterPage,
        storeServer("satchel", { location }),
      ),
      one(
        `${name}-limit`,
        `Limit: ${name}, read + compare-and-set`,
        limitPage,
        storeServer("store_limit", headers.counter, location),
      ),
      one(
        `${name}-sealed-limit`,
        `Limit: ${name}, read + encrypt + compare-and-set`,
        limitPage,
        storeServer("store_limit", headers.counter, location, "encrypt"),
      ),
    ]),
  ];
}
