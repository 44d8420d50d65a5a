import type { PulseConfig } from "./config.ts";

/**
 * When the users of a sweep are due, in milliseconds after its start, by position in the list.
 * `spread` staggers them evenly between the lead-in and the tail of the period; `together` makes
 * all due at once, as the printed algorithm does.
 */
export function dueOffsetMs(
  position: number,
  count: number,
  stagger: "spread" | "together",
  config: Pick<PulseConfig, "periodSeconds" | "leadInShare" | "tailShare">,
): number {
  if (stagger === "together") return 0;
  const periodMs = config.periodSeconds * 1000;
  const share = 1 - config.leadInShare - config.tailShare;
  return periodMs * (config.leadInShare + (share * position) / Math.max(1, count));
}
