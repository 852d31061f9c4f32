const TAG = /<(\/?[a-z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const ATTRIBUTE = /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/**
 * Finds the hidden fields of the first form of a page that posts to an address, by the form's own
 * `action` or by the `formaction` of one of its buttons.
 *
 * @returns Names and values in order; null if there is no such form.
 */
export function hiddenFields(
  html: string,
  page: string,
  action: string,
): [string, string][] | null {
  let actions: string[] = [];
  let fields: [string, string][] = [];
  for (const tag of html.matchAll(TAG)) {
    const name = tag[1]?.toLowerCase();
    const attributes = attributesOf(tag[2] ?? "");
    if (name === "form") {
      const isPost = /^post$/i.test(attributes.get("method") ?? "");
      actions = isPost ? [attributes.get("action") ?? page] : [];
      fields = [];
    } else if (name === "/form") {
      if (actions.some((found) => new URL(found, page).href === action)) return fields;
      actions = [];
    } else if (attributes.has("formaction") && actions.length > 0) {
      actions.push(attributes.get("formaction") ?? "");
    } else if (name === "input" && /^hidden$/i.test(attributes.get("type") ?? "")) {
      fields.push([attributes.get("name") ?? "", attributes.get("value") ?? ""]);
    }
  }
  return null;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(ATTRIBUTE), (match) => {
    const value = match[2] ?? match[3] ?? match[4] ?? "";
    return [match[1]?.toLowerCase() ?? "", unescape(value)];
  }));
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? entity;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16));
  });
}
