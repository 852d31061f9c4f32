import type { JSX } from "preact";
import { duration } from "./duration.ts";

/** One moment in the life of a session. */
export interface Moment {
  /** Its name. */
  readonly name: string;
  /** Its time; null if it never comes. */
  readonly at: Date | null;
}

/** Moments from the past to the future, in order, with now among them. */
export function Timeline(
  { moments, now }: { moments: readonly Moment[]; now: Date },
): JSX.Element {
  const dated = [...moments, { name: "Now", at: now }]
    .flatMap(({ name, at }) => at === null ? [] : [{ name, at }])
    .sort((one, other) => one.at.getTime() - other.at.getTime());
  return (
    <ol class="timeline">
      {dated.map(({ name, at }) => (
        <li class={name === "Now" ? "now" : at <= now ? "past" : "future"}>
          <b>{name}</b>
          <span>{distance(at, now)}</span>
          <time datetime={at.toISOString()}>{moment(at)}</time>
        </li>
      ))}
    </ol>
  );
}

function distance(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  if (at === now) return "this page";
  if (Math.abs(seconds) < 1) return "just now";
  return seconds < 0 ? `${duration(-seconds)} ago` : `in ${duration(seconds)}`;
}

function moment(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
