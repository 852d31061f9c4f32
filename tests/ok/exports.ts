/**
 * Prints the files that the package exports, for tasks that look at each of them.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };

console.log(Object.values(config.exports).join(" "));
