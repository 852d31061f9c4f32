/**
 * Parses `URLPattern` syntax and the regular expressions in it, as far as that is needed to tell how
 * long matching takes.
 *
 * @module
 */

/** A character, or a run of characters of one kind. */
export interface Run {
  /** The characters it can consist of. */
  readonly chars: ReadonlySet<string>;
  /** Its minimum length. */
  readonly min: number;
  /** Whether its length varies. */
  readonly varies: boolean;
  /** The text to name in messages. */
  readonly source: string;
  /** Where in the pattern an expression can be put that narrows it, if it can be narrowed. */
  readonly narrowAt?: number;
}

/** An element of a pattern: a run, or alternatives; an optional element has an empty alternative. */
export type Node = Run | { readonly branches: readonly Node[][] };

/** A part of a pattern (URL Pattern standard, section 2.2). */
export interface Part {
  /** The text before the variable, or all of the text. */
  readonly prefix: string;
  /** The variable: its expression's source, or its run if it has none; null in a part of text. */
  readonly core: string | Run | null;
  /** The text after the variable. */
  readonly suffix: string;
  /** How often the part occurs. */
  readonly modifier: "" | "?" | "+" | "*";
}

/** Printable ASCII: a path in the URL standard's spelling has no other character. */
const ALL = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));
const ANY: ReadonlySet<string> = new Set(ALL);
const SEGMENT: ReadonlySet<string> = new Set(ALL.filter((char) => char !== "/"));

const NAME = /:[$_\p{ID_Start}][$\u200c\u200d\p{ID_Continue}]*/uy;
const VARIABLE = /^[:*(]/;
const MODIFIER = /[?+*]/y;

/**
 * Splits a pattern into its parts.
 *
 * @param text A pattern as `URLPattern.pathname` writes it.
 * @returns Its parts, from left to right.
 */
export function parsePattern(text: string): Part[] {
  let at = 0;
  const parts: Part[] = [];
  while (at < text.length) {
    const grouped = take("{");
    const slash = !grouped && text[at] === "/" && VARIABLE.test(text.slice(at + 1)) && take("/");
    const prefix = grouped ? fixedText() : slash ? "/" : "";
    const core = variable();
    const suffix = grouped ? fixedText() : "";
    if (grouped) take("}");
    if (grouped || core !== null) parts.push({ prefix, core, suffix, modifier: modifier() });
    else parts.push({ prefix: fixedChar(), core, suffix, modifier: "" });
  }
  return parts;

  function take(char: string): boolean {
    if (text[at] !== char) return false;
    at++;
    return true;
  }

  function read(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function fixedChar(): string {
    take("\\");
    return text[at++] ?? "";
  }

  function fixedText(): string {
    let found = "";
    while (at < text.length && !/[{}:*(]/.test(text[at] ?? "")) found += fixedChar();
    return found;
  }

  function modifier(): Part["modifier"] {
    const found = read(MODIFIER);
    return found === "?" || found === "+" || found === "*" ? found : "";
  }

  function variable(): Part["core"] {
    if (take("*")) return { chars: ANY, min: 0, varies: true, source: "*" };
    const name = read(NAME);
    if (text[at] === "(") return expression();
    if (name === "") return null;
    return { chars: SEGMENT, min: 1, varies: true, source: name, narrowAt: at };
  }

  function expression(): string {
    const start = ++at;
    for (let depth = 1; at < text.length; at++) {
      if (text[at] === "\\") at++;
      else if (text[at] === "(") depth++;
      else if (text[at] === ")" && --depth === 0) break;
    }
    return text.slice(start, at++);
  }
}

// An escape, a class without classes in it, a dot, or a character that means itself.
const ATOM =
  /\\[dDwWsS]|\\[pP]\{[^}]*\}|\\x[\da-fA-F]{2}|\\[^\w\s]|\[(?:\\.|[^\]\\])+\]|\.|[^\\^$.*+?()[\]{}|]/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:,(\d*))?\})\??/y;

/**
 * Splits the regular expression of a parameter into its elements.
 *
 * @param source The expression, without the parentheses around it.
 * @returns Its elements.
 * @throws {RangeError} If matching it may take long: with a group that repeats, a lookaround or a
 * backreference. The message says what to write instead.
 */
export function parseExpression(source: string): Node[] {
  let at = 0;
  const branches = alternatives();
  if (at < source.length) refuse("an unmatched parenthesis", "remove it");
  return branches.length === 1 ? branches.flat() : [{ branches }];

  function refuse(what: string, instead: string): never {
    throw new RangeError(`the expression (${source}) has ${what}: ${instead}`);
  }

  function read(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    at += found?.[0].length ?? 0;
    return found;
  }

  function alternatives(): Node[][] {
    const found: Node[][] = [];
    do {
      const branch: Node[] = [];
      while (at < source.length && source[at] !== "|" && source[at] !== ")") branch.push(element());
      found.push(branch);
    } while (source[at++] === "|");
    at--;
    return found;
  }

  function element(): Node {
    if (source.startsWith("(?:", at)) return group();
    const [atom = ""] = read(ATOM) ?? [];
    if (atom === "") {
      refuse(`"${source.slice(at, at + 3)}"`, "use characters, classes, quantifiers and | alone");
    }
    const quantifier = read(QUANTIFIER);
    const sign = quantifier?.[1];
    const least = quantifier?.[2];
    const most = quantifier?.[3] ?? least;
    return {
      chars: charsOf(atom),
      min: sign === "*" || sign === "?" ? 0 : Number(least ?? 1),
      varies: sign !== undefined || most !== least,
      source: `(${source})`,
    };
  }

  function group(): Node {
    at += "(?:".length;
    const found = alternatives();
    if (source[at++] !== ")") refuse("an unmatched parenthesis", "close it");
    const [quantifier = ""] = read(QUANTIFIER) ?? [];
    if (quantifier !== "" && !quantifier.startsWith("?")) {
      refuse("a group that repeats", "write a character class that repeats, such as [a-z-]+");
    }
    return { branches: quantifier === "" ? found : [...found, []] };
  }

  function charsOf(atom: string): ReadonlySet<string> {
    const expression = compile(atom, "u") ?? compile(atom, "v");
    if (expression === null) return refuse(`"${atom}"`, "escape the special characters in it");
    return new Set(ALL.filter((char) => expression.test(char)));
  }
}

function compile(atom: string, flag: "u" | "v"): RegExp | null {
  try {
    return new RegExp(`^(?:${atom})$`, flag);
  } catch {
    return null;
  }
}
