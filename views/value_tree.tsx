import type { JSX } from "preact";

/** A JSON value, to any depth: objects and lists as lists that can be folded. */
export function ValueTree({ value }: { value: unknown }): JSX.Element {
  if (typeof value !== "object" || value === null) {
    return <code class={value === null ? "null" : typeof value}>{JSON.stringify(value)}</code>;
  }
  const entries = Object.entries(value);
  const what = Array.isArray(value) ? "list" : "object";
  if (entries.length === 0) return <code class="null">{`empty ${what}`}</code>;
  return (
    <details open={entries.length <= 20}>
      <summary>{`${what}, ${entries.length}`}</summary>
      <ul class="tree">
        {entries.map(([key, inner]) => (
          <li>
            <b>{key}</b> <ValueTree value={inner} />
          </li>
        ))}
      </ul>
    </details>
  );
}
