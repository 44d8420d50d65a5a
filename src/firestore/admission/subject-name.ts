import type { LoadedQueue } from "../capacity/capacity-model.ts";
import { KeyRange } from "../capacity/key-range.ts";
import type { KeySpace } from "../capacity/key-space.ts";

/** The range's name, or the space's as a whole: "collection users". */
export function queueName(queue: LoadedQueue): string {
  return queue instanceof KeyRange ? rangeName(queue.owner as KeySpace, queue) : spaceName(queue);
}

export function spaceOf(queue: LoadedQueue): KeySpace {
  return queue instanceof KeyRange ? (queue.owner as KeySpace) : queue;
}

function spaceName({ kind, name }: KeySpace): string {
  return `${kind === "index" ? "index" : "collection"} ${name}`;
}

/** "collection users", "index trades (created_at ASC) from users/u17/trades": a range by name. */
export function rangeName(space: KeySpace, range: KeyRange): string {
  const from = range.start === "" ? "" : ` from ${readableKey(space, range.start)}`;
  return spaceName(space) + from;
}

/** A key for people: the parent of an index row, the path of a document. */
export function readableKey(space: KeySpace, key: string): string {
  const text = space.kind === "index" ? (key.split("\0", 1)[0] as string) : key;
  // eslint-disable-next-line no-control-regex -- encoded values may hold any character
  const readable = text.replaceAll(/[^\u0020-\u007e\u00a0-\ud7ff]+/g, "…");
  return readable.length > 80 ? `${readable.slice(0, 80)}…` : readable;
}

/** Whole from 10 on, with a decimal below. */
export function rate(perSecond: number): string {
  return perSecond < 10 ? String(Math.round(perSecond * 10) / 10) : figure(perSecond);
}

/** A whole number, in groups of three. Refusals come by the thousand, and toLocaleString takes 10 us. */
export function figure(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
