/**
 * The rules of this house, for `deno lint` (named in `deno.json`): what no built-in rule knows.
 *
 * @module
 */

import { maxLines, noConsole, noTodo } from "./house_rules.ts";
import { layers } from "./layers.ts";
import { standardsOnly } from "./standards_only.ts";

const plugin: Deno.lint.Plugin = {
  name: "satchel",
  rules: {
    "layers": layers,
    "standards-only": standardsOnly,
    "no-console": noConsole,
    "no-todo": noTodo,
    "max-lines": maxLines,
  },
};

export default plugin;
