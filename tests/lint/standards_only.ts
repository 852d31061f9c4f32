import { projectPath } from "./project_path.ts";
import { HOST_TYPES, STANDARD_GLOBALS, STANDARD_META } from "./standard_globals.ts";

type Node = Deno.lint.Node;
type Binding = Node | Deno.lint.Parameter | null | undefined;

/** The one file that may name types of Deno: its store takes a `Deno.Kv`. */
const MAY_NAME_DENO_TYPES = "src/stores/kv.ts";

/**
 * Keeps `src/` on Web APIs (the Minimum Common Web API, ECMA-429) and ECMAScript 2026: every name
 * that a module uses and does not declare must be a standard global. Names are collected by module,
 * not by scope: simple, and enough as long as nobody declares a name to smuggle a global in.
 */
export const standardsOnly: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (!path.startsWith("src/") || path.endsWith(".d.ts")) return {};
    const declared = new Set<string>();
    const used: Deno.lint.Identifier[] = [];

    function declare(...patterns: Binding[]): void {
      for (const pattern of patterns) for (const name of boundNames(pattern)) declared.add(name);
    }
    function refuse(node: Node, name: string): void {
      context.report({ node, message: `Cannot use ${name} in src: it is no standard global` });
    }

    return {
      VariableDeclarator: (node) => declare(node.id),
      FunctionDeclaration: (node) => declare(node.id, ...node.params),
      FunctionExpression: (node) => declare(node.id, ...node.params),
      ArrowFunctionExpression: (node) => declare(...node.params),
      ClassDeclaration: (node) => declare(node.id),
      ClassExpression: (node) => declare(node.id),
      CatchClause: (node) => declare(node.param),
      ImportSpecifier: (node) => declare(node.local),
      ImportDefaultSpecifier: (node) => declare(node.local),
      ImportNamespaceSpecifier: (node) => declare(node.local),
      TSEnumDeclaration: (node) => declare(node.id),
      Identifier(node) {
        const position = positionOf(node);
        if (position === "value") used.push(node);
        if (position !== "type" || !HOST_TYPES.has(node.name)) return;
        if (node.name !== "Deno" || path !== MAY_NAME_DENO_TYPES) refuse(node, node.name);
      },
      MemberExpression(node) {
        const allowed = namesIn(node.object);
        if (allowed === null) return;
        const name = node.property.type === "Identifier" && !node.computed && node.property.name;
        if (name === false || !allowed.has(name)) refuse(node, context.sourceCode.getText(node));
      },
      "Program:exit"() {
        for (const node of used) {
          if (!declared.has(node.name) && !STANDARD_GLOBALS.has(node.name)) refuse(node, node.name);
        }
      },
    };
  },
};

/** The standard names in the global object or in `import.meta`; `null` for any other object. */
function namesIn(object: Node): ReadonlySet<string> | null {
  if (object.type === "MetaProperty" && object.meta.name === "import") return STANDARD_META;
  const isGlobal = object.type === "Identifier" && ["globalThis", "self"].includes(object.name);
  return isGlobal ? STANDARD_GLOBALS : null;
}

/** The names that a declaration's pattern binds. */
function boundNames(node: Binding): string[] {
  switch (node?.type) {
    case "Identifier":
      return [node.name];
    case "ObjectPattern":
      return node.properties.flatMap(boundNames);
    case "ArrayPattern":
      return node.elements.flatMap(boundNames);
    case "Property":
      return boundNames(node.value);
    case "AssignmentPattern":
      return boundNames(node.left);
    case "RestElement":
      return boundNames(node.argument);
    case "TSParameterProperty":
      return boundNames(node.parameter);
    default:
      return [];
  }
}

/** Whether an identifier stands for a value, for a type, or is a mere label. */
function positionOf(node: Deno.lint.Identifier): "value" | "type" | "label" {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed ? "label" : "value";
    case "Property":
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.key === node && !parent.computed ? "label" : "value";
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "ImportAttribute":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return "label";
    case "TSTypeReference":
    case "TSTypeQuery":
    case "TSClassImplements":
    case "TSInterfaceHeritage":
      return "type";
    case "TSQualifiedName":
      return parent.left === node ? "type" : "label";
    case "RestElement":
      return parent.parent.type.startsWith("TS") ? "label" : "value";
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return "value";
    default:
      return node.name === "this" || parent.type.startsWith("TS") ? "label" : "value";
  }
}
