import { projectPath } from "./project_path.ts";

/** Forbids `console` in `src/`: a library speaks through its return values and callbacks. */
export const noConsole: Deno.lint.Rule = {
  create(context) {
    if (!projectPath(context.filename).startsWith("src/")) return {};
    return {
      'MemberExpression[object.name="console"]'(node: Deno.lint.MemberExpression) {
        context.report({
          node,
          message: "Cannot use console in src: pass in what shall be called",
        });
      },
    };
  },
};

/** Forbids notes to oneself: what is left to do belongs into an issue. */
export const noTodo: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const mark = comment.value.match(/\b(?:TODO|FIXME|XXX|HACK)\b/)?.[0];
          if (mark === undefined) continue;
          context.report({
            range: comment.range,
            message: `Cannot leave a ${mark}: file an issue`,
          });
        }
      },
    };
  },
};

/** The most lines a file may have, by the beginning of its path. */
const MAX_LINES: Readonly<Record<string, number>> = { "src/": 250, "views/": 250, "main.ts": 80 };

/** Keeps files short enough to be read at one sitting. */
export const maxLines: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const max = Object.entries(MAX_LINES).find(([start]) => path.startsWith(start))?.[1];
    if (max === undefined) return {};
    return {
      Program() {
        const { text } = context.sourceCode;
        const lines = text.trimEnd().split("\n").length;
        if (lines <= max) return;
        const range: Deno.lint.Range = [text.length - 1, text.length];
        context.report({ range, message: `Cannot take ${lines} lines: at most ${max} fit here` });
      },
    };
  },
};
