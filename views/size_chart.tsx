import type { JSX } from "preact";

/** One bar of the chart. */
export interface Size {
  /** The name of a part of the session. */
  readonly key: string;
  /** Its size. */
  readonly bytes: number;
}

/** The sizes of the session's parts: a table with a bar in each row. */
export function SizeChart({ sizes }: { sizes: readonly Size[] }): JSX.Element {
  const longest = Math.max(1, ...sizes.map(({ bytes }) => bytes));
  return (
    <table class="sizes">
      <caption>What takes the room; the rest is dates, token and seal</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Bytes</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {sizes.map(({ key, bytes }) => (
          <tr>
            <th scope="row">{key}</th>
            <td>{bytes}</td>
            <td>
              {/* Width is an attribute: the content security policy allows no inline style. */}
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(100 * bytes / longest).toFixed(1)} height="10" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
