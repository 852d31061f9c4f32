/**
 * Keeps route patterns from backtracking. A regular expression that can divide the same text between
 * two of its parts in many ways tries all of them before it fails, so one long path could keep the
 * server busy for seconds. Here each part's end must be found by looking at the next character, or
 * in one pass.
 *
 * @module
 */

import { type Node, parseExpression, parsePattern, type Part, type Run } from "./pattern_syntax.ts";

/** The most optional parts that may begin alike: each one can double the work. */
const MAX_CHOICES = 8;

/** The rest of a pattern, seen from one place in it. */
interface Rest {
  /** The characters that it can begin with. */
  readonly first: ReadonlySet<string>;
  /** Whether it can begin with a part of variable length. */
  readonly adjoins: boolean;
  /** The characters of its parts of variable length. */
  readonly reach: ReadonlySet<string>;
  /** The same, up to the next slash that every match has. */
  readonly inSegment: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const END: Rest = { first: NONE, adjoins: false, reach: NONE, inSegment: NONE };

/**
 * Rewrites a pattern so that matching takes time in proportion to the path's length. A parameter
 * without an expression of its own that is followed in its segment by another one is narrowed:
 * `/blog/:year-:month` becomes `/blog/:year([^/-]+)-:month`. All other parts stay as they are.
 *
 * @param pathname A pattern as `URLPattern.pathname` writes it.
 * @returns The pattern to use instead, the same one where nothing has to change.
 * @throws {RangeError} If a part can end in many places whatever is narrowed; the message says what
 * to write instead.
 */
export function linearPattern(pathname: string): string {
  const edits: { at: number; text: string }[] = [];
  let choices = 0;

  const nodes = parsePattern(pathname).flatMap(nodesOf);
  walk(nodes, END);
  if (choices > MAX_CHOICES) {
    throw new RangeError(
      `it has ${choices} optional parts that begin alike, at most ${MAX_CHOICES} can be tried: ` +
        "write several routes",
    );
  }
  let text = pathname;
  for (const edit of edits.sort((one, other) => other.at - one.at)) {
    text = text.slice(0, edit.at) + edit.text + text.slice(edit.at);
  }
  return text;

  /** Checks nodes from right to left, since what follows decides where a part ends. */
  function walk(nodes: readonly Node[], rest: Rest): Rest {
    return nodes.reduceRight((after, node) => {
      if ("chars" in node) return node.varies ? vary(node, after) : fixed(node, after);
      const branches = node.branches.map((branch) => walk(branch, after));
      if (branches.some(({ first }, i) => branches.slice(0, i).some((b) => meet(b.first, first)))) {
        choices++;
      }
      return {
        first: union(branches.map(({ first }) => first)),
        adjoins: branches.some(({ adjoins }) => adjoins),
        reach: union(branches.map(({ reach }) => reach)),
        inSegment: union(branches.map(({ inSegment }) => inSegment)),
      };
    }, rest);
  }

  function fixed({ chars }: Run, { reach, inSegment }: Rest): Rest {
    const isSlash = chars.size === 1 && chars.has("/");
    return { first: chars, adjoins: false, reach, inSegment: isSlash ? NONE : inSegment };
  }

  function vary(run: Run, rest: Rest): Rest {
    const chars = settle(run, rest);
    return {
      first: run.min === 0 ? chars.union(rest.first) : chars,
      adjoins: true,
      reach: rest.reach.union(chars),
      inSegment: rest.inSegment.union(chars),
    };
  }

  /**
   * The characters that a part may take. The part may run over a character that can end it, but then
   * no later part may: so each end that is tried begins a stretch that no other one looks at.
   */
  function settle({ chars, source, narrowAt }: Run, rest: Rest): ReadonlySet<string> {
    const ends = chars.intersection(rest.first);
    const conflict = ends.intersection(chars.has("/") ? rest.reach : rest.inSegment);
    if (ends.size > 0 && rest.first.size > ends.size) choices++;
    if (conflict.size === 0) return chars;
    const [end = ""] = conflict;
    if (narrowAt === undefined) throw new RangeError(ambiguous(source, chars, end));
    if (rest.adjoins) {
      throw new RangeError(`nothing separates ${source} from what follows: ${APART}`);
    }
    const codes = [...conflict].map((char) => `\\x${char.charCodeAt(0).toString(16)}`);
    edits.push({ at: narrowAt, text: `([^/${codes.join("")}]+)` });
    return chars.difference(conflict);
  }

  function nodesOf({ prefix, core, suffix, modifier }: Part): Node[] {
    const inner = typeof core === "string" ? parseExpression(core) : core === null ? [] : [core];
    const repeats = modifier === "+" || modifier === "*";
    const whole = [
      ...literal(prefix),
      ...repeats ? [repetition(inner, { prefix, core, suffix, modifier })] : inner,
      ...literal(suffix),
    ];
    return modifier === "?" || modifier === "*" ? [{ branches: [whole, []] }] : whole;
  }

  /** Makes a run of a part that repeats, provided that each repetition has one possible end. */
  function repetition(inner: readonly Node[], { prefix, core, suffix, modifier }: Part): Run {
    const separator = suffix + prefix;
    const name = typeof core === "string" ? `(${core})` : core?.source ?? separator;
    const source = name + modifier;
    if (separator === "") {
      throw new RangeError(`nothing separates the repetitions of ${source}: write /:name+`);
    }
    const known = choices;
    const all = charsIn(inner);
    // A separator with a character that no repetition has tells the repetitions apart.
    const reach = [...separator].every((char) => all.has(char)) ? all : NONE;
    walk(inner, { ...END, first: new Set(separator[0]), reach, inSegment: reach });
    if (choices > known) {
      throw new RangeError(`${source} repeats alternatives that begin alike: write one of them`);
    }
    return { chars: all.union(new Set(separator)), min: inner.length, varies: true, source };
  }
}

const APART = "put a character between them, as in /:name-:id";

function ambiguous(source: string, chars: ReadonlySet<string>, end: string): string {
  return chars.has("/")
    ? `${source} can end at each "${end}", and so can what follows: let one part alone run across ` +
      "slashes, with a / behind it, and write /:name for a single segment"
    : `${source} can hold the "${end}" that ends it, and so can what follows: write an expression ` +
      `without it, such as ([^/${end}]+)`;
}

function charsIn(nodes: readonly Node[]): ReadonlySet<string> {
  return union(nodes.map((node) => "chars" in node ? node.chars : charsIn(node.branches.flat())));
}

function literal(text: string): Node[] {
  return [...text].map((char) => ({ chars: new Set([char]), min: 1, varies: false, source: char }));
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return sets.reduce((all, set) => all.union(set), NONE);
}

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return !one.isDisjointFrom(other);
}
