import { projectPath } from "./project_path.ts";

/** One room of the project: its files and what they may import. */
export interface Room {
  /** Files, or folders with a slash at the end. */
  readonly files: readonly string[];
  /** Other rooms it may import; its own files are always among them. */
  readonly imports?: readonly string[];
  /** Packages it may import, as `deno.json` names them; a slash at the end stands for all below. */
  readonly packages?: readonly string[];
}

/**
 * The rooms, lowest first: a room imports only rooms above it in this list, so nothing can reach
 * back. A file belongs to the first room that names it.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  crypto: { files: ["src/crypto/"] },
  http: { files: ["src/http/"], packages: ["@std/http/"] },
  record: {
    files: [
      "src/session/store.ts",
      "src/session/record.ts",
      "src/session/flash.ts",
      "src/session/forms.ts",
      "src/session/json.ts",
      "src/session/errors.ts",
      "src/session/session_cookie.ts",
      "src/session/cookie_cache.ts",
    ],
    imports: ["crypto", "http"],
  },
  session: {
    files: ["src/session/"],
    imports: ["record", "crypto", "http"],
    packages: ["@std/http/"],
  },
  stores: { files: ["src/stores/"], imports: ["record", "crypto"] },
  csrf: { files: ["src/csrf/"], imports: ["session", "record", "crypto", "http"] },
  pipeline: {
    files: [
      "src/handler.ts",
      "src/router.ts",
      "src/route_pattern.ts",
      "src/pattern_syntax.ts",
      "src/context.ts",
    ],
    imports: ["session", "record", "csrf", "http"],
    packages: ["@std/http/"],
  },
  mod: {
    files: ["src/mod.ts"],
    imports: ["crypto", "http", "record", "session", "stores", "csrf", "pipeline"],
  },
  server: {
    files: ["src/server/"],
    imports: ["crypto", "http", "record", "session", "stores", "csrf", "pipeline", "mod"],
    packages: ["@std/http/", "@std/cli/"],
  },
  views: {
    files: ["views/"],
    imports: ["mod"],
    packages: ["preact", "preact-render-to-string", "@std/http/"],
  },
  main: {
    files: ["main.ts"],
    imports: ["mod", "stores", "server", "views"],
    packages: ["redis", "node:tls"],
  },
};

/** Packages that one file alone may import, whatever its room allows. */
const ONLY_IN: Readonly<Record<string, string>> = {
  "preact-render-to-string": "views/render.tsx",
  "redis": "main.ts",
};

/** Files of `src/` that are no module: types of the world outside. */
const OUTSIDE = /\.d\.ts$/;

/** Lets imports run downwards only, as the table above says. */
export const rooms: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const name = roomOf(path);
    if (name === undefined) {
      if (!path.startsWith("src/") || OUTSIDE.test(path)) return {};
      return {
        Program(node) {
          context.report({ node, message: `Cannot place ${path}: it is in no room of the table` });
        },
      };
    }

    function check(node: Deno.lint.Node, specifier: unknown): void {
      const fault = typeof specifier === "string"
        ? faultOf(path, name ?? "", specifier)
        : "its name is computed";
      if (fault === null) return;
      context.report({ node, message: `Cannot import ${specifier}: ${fault}` });
    }

    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value),
      ImportExpression: (node) => check(node, literal(node.source)),
      TSImportType: (node) => check(node, literal(node.argument)),
    };
  },
};

/** The name of the room that a file of the project belongs to. */
function roomOf(path: string): string | undefined {
  return Object.keys(ROOMS).find((name) =>
    ROOMS[name]?.files.some((file) => path === file || file.endsWith("/") && path.startsWith(file))
  );
}

/** What speaks against an import, or `null`. */
function faultOf(path: string, name: string, specifier: string): string | null {
  const { imports = [], packages = [] } = ROOMS[name] ?? {};
  if (!specifier.startsWith(".")) {
    const only = ONLY_IN[specifier];
    if (only !== undefined && only !== path) return `only ${only} may`;
    const allowed = packages.some((entry) =>
      specifier === entry || entry.endsWith("/") && specifier.startsWith(entry)
    );
    return allowed ? null : `the room ${name} may import ${list(packages)} from outside`;
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  if (OUTSIDE.test(target)) return null;
  const room = roomOf(target);
  if (room !== undefined && (room === name || imports.includes(room))) return null;
  return `the room ${name} may import ${list(imports)}, this is ${room ?? "no room of the table"}`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** The text of a string literal, be it an expression or a type. */
function literal(node: Deno.lint.Node): unknown {
  if (node.type === "TSLiteralType") return literal(node.literal);
  return node.type === "Literal" ? node.value : undefined;
}
