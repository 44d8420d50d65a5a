import type { StatusCode } from "../../system/store/status.ts";

/*
 * What k6 tells the harness while it runs: a line of text for each arrival of its plan. Both import
 * this file, so it names no module of Node's and uses no syntax that k6 lacks.
 */

/** Tells our lines from what k6 itself prints on the same stream. */
export const LINE_PREFIX = "plimsoll-k6 ";

/** Which arrival: the operation, and its place in the plan's list. */
interface OfArrival {
  readonly operation: string;
  readonly n: number;
}

interface Carried extends OfArrival {
  /** k6's own clock, which counts whole milliseconds: wall time. */
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly attempts: number;
}

export type K6Line =
  | (Carried & { readonly kind: "ok"; readonly documents: number })
  | (Carried & {
      readonly kind: "failed";
      readonly code: StatusCode;
      readonly message: string;
      /** Some try of it may have been applied all the same. */
      readonly ambiguous: boolean;
    })
  /** It was due, and nobody was free for it before the drain had ended. */
  | (OfArrival & { readonly kind: "dropped" })
  /** The script itself is at fault: what it threw. */
  | { readonly kind: "fault"; readonly message: string };

/** A message longer than this is cut: a line must stay a line. */
const MESSAGE_LENGTH_MAX = 500;

export function formatLine(line: K6Line): string {
  const short =
    "message" in line ? { ...line, message: line.message.slice(0, MESSAGE_LENGTH_MAX) } : line;
  return LINE_PREFIX + JSON.stringify(short);
}
