import config from "../../deno.json" with { type: "json" };
import { projectPath } from "./project_path.ts";

const ENTRY_POINTS = Object.values(config.exports).map((path) => path.slice("./".length));
const VIEWS = ["views/", ...ENTRY_POINTS, "preact", "@std/http/"];

/**
 * What each layer may import beside itself: folders and packages (with a slash at the end, all that
 * is below), files. A file belongs to the first layer that its path begins with.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/seal/": [],
  "src/session/": ["src/seal/"],
  "src/stores/": ["src/session/", "src/seal/"],
  "src/device/": ["src/session/", "src/seal/"],
  // Of the seal it has base64url alone, which is no reason for a layer of its own.
  "src/web/": ["src/session/", "src/seal/bytes.ts", "@std/http/"],
  "src/inspector/": ["src/session/", "src/web/"],
  "src/adapters/": ["src/session/", "src/web/"],
  "src/testing/": ["src/session/", "src/web/"],
  "src/server/": ["src/", "@std/cli/", "@std/http/"],
  "views/render.tsx": [...VIEWS, "preact-render-to-string"],
  "views/": VIEWS,
  "main.ts": [...ENTRY_POINTS, "src/server/", "views/routes.ts", "redis", "node:tls"],
};

/** Lets imports run in the direction of the table alone. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path.endsWith(".d.ts")) return {};
    const layer = Object.keys(LAYERS).find((name) => path.startsWith(name));
    if (layer === undefined) {
      if (!path.startsWith("src/")) return {};
      return {
        Program: (node) => context.report({ node, message: `Cannot place ${path}: no such layer` }),
      };
    }
    const allowed = [layer, ...LAYERS[layer] ?? []];

    function check(source: Deno.lint.Node | null): void {
      if (source === null) return;
      const text = literal(source);
      const name = text?.startsWith(".")
        ? new URL(text, `file:///${path}`).pathname.slice("/".length)
        : text;
      const isAllowed = name?.endsWith(".d.ts") || allowed.some((entry) => {
        return entry.endsWith("/") ? name?.startsWith(entry) : name === entry;
      });
      if (isAllowed) return;
      const message = `Cannot import ${name ?? "a computed name"}: ${layer} may import ` +
        (allowed.slice(1).join(", ") || "nothing else");
      context.report({ node: source, message });
    }

    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ argument }) => check(argument),
    };
  },
};

/** The text of a string literal, be it an expression or a type. */
function literal(node: Deno.lint.Node): string | undefined {
  if (node.type === "TSLiteralType") return literal(node.literal);
  return node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
