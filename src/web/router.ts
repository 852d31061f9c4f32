/**
 * The route table: which view answers a method and a path.
 *
 * @module
 */

import { linearPattern } from "./route_pattern.ts";

/** The part of a route that decides which requests it answers. */
export interface RoutePattern {
  /** The method, in upper case. A `GET` route answers `HEAD` too. */
  readonly method: string;
  /** The path, as a `URLPattern` pathname. */
  readonly path: string;
}

/** The result of a match: a route, or the status of the error. */
export type Match<Route> =
  | { status: 200; route: Route; params: Readonly<Record<string, string>> }
  | { status: 400 | 404 }
  | { status: 405; allow: string };

/** A compiled route table. */
export interface Router<Route> {
  /**
   * Finds the route of a request.
   *
   * @param method The method of the request.
   * @param pathname The path as the URL has it: percent-encoded, without query.
   * @returns The route and its percent-decoded parameters; or 404 for an unknown path, 405 with
   * the value of `Allow` for a known path with another method, 400 for a path that is not in the
   * spelling of the URL standard, or whose percent-encoding cannot be decoded.
   */
  match(method: string, pathname: string): Match<Route>;
}

type Found<Route> = Extract<Match<Route>, { status: 200 }>;

/** The routes of one pattern by method, each as the match a path without parameters gets. */
type Methods<Route> = Map<string, Found<Route>>;

interface Pattern<Route> {
  /** The pattern as `URLPattern.pathname` writes it. */
  text: string;
  urlPattern: URLPattern;
  methods: Methods<Route>;
  /** Literal text that every matching path starts with: comparing it is by far the cheaper test. */
  prefix: string;
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));
const BAD_REQUEST: { readonly status: 400 } = Object.freeze({ status: 400 });
const NOT_FOUND: { readonly status: 404 } = Object.freeze({ status: 404 });

/**
 * Compiles a route table. `URLPattern` decides what a path means: a trailing slash makes a
 * different path, as does a percent-encoded letter (`/how%64y` is not `/howdy`), so that every page
 * has one address. Paths without parameters go before patterns, and patterns are tried in the order
 * of the table; a path without the request's method leaves the request to the next path with it.
 *
 * Paths without parameters are found in a map, so their number does not matter. A pattern takes time
 * in proportion to the path's length: one that could take longer is refused.
 *
 * @param routes The table.
 * @returns The router.
 * @throws {RangeError} If a route occurs twice, its method or path is not valid, or its path can
 * match in so many ways that a visitor could keep the server busy
 * (two `*`, `/:a:b`, `(?:a+)+`); the message says what to write instead.
 */
export function createRouter<Route extends RoutePattern>(routes: readonly Route[]): Router<Route> {
  /** By method, then by path: so a hit touches nothing that belongs to one route alone. */
  const literals = new Map<string, Map<string, Found<Route>>>();
  const patterns = new Map<string, Pattern<Route>>();

  for (const route of routes) {
    check(route);
    const found: Found<Route> = { status: 200, route, params: NO_PARAMS };
    const text = PLAIN.test(route.path) ? route.path : compile(route, route.path).pathname;
    if (SPECIAL.test(text.replace(ESCAPED, ""))) {
      const methods: Methods<Route> = patterns.get(text)?.methods ?? new Map();
      const urlPattern = compile(route, linear(route, text));
      patterns.set(text, { text, urlPattern, methods, prefix: prefixOf(text) });
      add(methods, route.method, found);
    } else {
      const paths = literals.get(route.method) ?? new Map<string, Found<Route>>();
      literals.set(route.method, paths);
      add(paths, text.replace(ESCAPED, "$1"), found);
    }
  }

  const candidates = bucket(patterns.values());

  return {
    match(method, pathname) {
      return findLiteral(method, pathname) ?? search(method, pathname);
    },
  };

  function findLiteral(method: string, path: string): Found<Route> | undefined {
    return literals.get(method)?.get(path) ??
      (method === "HEAD" ? literals.get("GET")?.get(path) : undefined);
  }

  function search(method: string, path: string): Match<Route> {
    if (!isCanonical(path)) return BAD_REQUEST;
    const allowed = new Set<string>();
    for (const [name, paths] of literals) {
      if (paths.has(path)) allowed.add(name);
    }
    for (const { urlPattern, methods, prefix } of candidates(path)) {
      if (!path.startsWith(prefix)) continue;
      const groups = urlPattern.exec(`http://h${path}`)?.pathname.groups;
      if (groups === undefined) continue;
      const found = pick(methods, method);
      if (found) {
        const params = decode(groups);
        return params === null ? BAD_REQUEST : { status: 200, route: found.route, params };
      }
      for (const name of methods.keys()) allowed.add(name);
    }

    if (allowed.size === 0) return NOT_FOUND;
    if (allowed.has("GET")) allowed.add("HEAD");
    return { status: 405, allow: [...allowed].sort().join(", ") };
  }
}

function refusal(route: RoutePattern, fault: string, cause?: unknown): RangeError {
  return new RangeError(`Cannot use the route ${route.method} ${route.path}: ${fault}`, { cause });
}

function check(route: RoutePattern): void {
  if (!/^[A-Z][A-Z-]*$/.test(route.method)) throw refusal(route, "its method is not in upper case");
  // "{/:language}?/about" and "*" are paths too.
  if (!/^[/{*]/.test(route.path)) throw refusal(route, "its path does not start with /");
}

function linear(route: RoutePattern, text: string): string {
  try {
    return linearPattern(text);
  } catch (error) {
    throw error instanceof RangeError ? refusal(route, error.message, error) : error;
  }
}

function compile(route: RoutePattern, pathname: string): URLPattern {
  try {
    return new URLPattern({ pathname });
  } catch (error) {
    throw refusal(route, error instanceof Error ? error.message : String(error), error);
  }
}

function add<Route extends RoutePattern>(
  table: Map<string, Found<Route>>,
  key: string,
  found: Found<Route>,
): void {
  if (table.has(key)) throw refusal(found.route, "it occurs twice");
  table.set(key, found);
}

function pick<Route>(methods: Methods<Route>, method: string): Found<Route> | undefined {
  return methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined);
}

/** Paths that as patterns match themselves alone: compiling them would only delay the start. */
const PLAIN = /^(?:\/[\w-]+)*\/?$/;

// The pattern syntax, as `URLPattern.pathname` writes it.
const SPECIAL = /[:*(){}?+]/;
const ESCAPED = /\\(.)/g;
const FIRST_SEGMENT = /^\/([^/:*(){}?+\\]+)\/(?:[^:*(){}?+\\]|\*$|:\w+(?:\([^()]*\))?(?:[/.-]|$))/;

function prefixOf(text: string): string {
  const literal = text.slice(0, text.search(/[:*(){}?+\\]/));
  return literal.replace(/\/$/, ""); // `/:id?` makes its slash optional as well
}

/** Sorts patterns by their first segment, where that is literal. The table's order is kept. */
function bucket<Route>(patterns: Iterable<Pattern<Route>>): (path: string) => Pattern<Route>[] {
  const anywhere: Pattern<Route>[] = [];
  const buckets = new Map<string, Pattern<Route>[]>();
  for (const pattern of patterns) {
    const segment = FIRST_SEGMENT.exec(pattern.text)?.[1];
    if (segment === undefined) {
      for (const list of [anywhere, ...buckets.values()]) list.push(pattern);
    } else {
      const list = buckets.get(segment) ?? [...anywhere];
      buckets.set(segment, list);
      list.push(pattern);
    }
  }
  return (path) => buckets.get(path.slice(1, (path + "/").indexOf("/", 1))) ?? anywhere;
}

/**
 * Whether a path is in the spelling of the URL standard, and can be decoded. Every browser sends it
 * so, but not every server checks it: some pass on `/x/../admin`, which a proxy in front of them may
 * have let through as a path below `/x`.
 */
function isCanonical(path: string): boolean {
  if (!path.startsWith("/")) return false;
  if (!/[^\x21-\x7e]|["%<>\\^`{|}]|\/\./.test(path)) return true;
  return new URL(`http://h${path}`).pathname === path && tryDecode(path) !== null;
}

function tryDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function decode(groups: Record<string, string | undefined>): Record<string, string> | null {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(groups)) {
    if (value === undefined) continue; // an optional parameter that is not there
    const text = tryDecode(value);
    if (text === null) return null; // a pattern that cuts through an encoded character
    params[name] = text;
  }
  return params;
}
