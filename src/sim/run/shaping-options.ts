import type { RunOptions } from "../config/run-options.ts";

/** Options that say where and how a run is shown. */
export const OF_THE_REPORT: ReadonlySet<string> = new Set([
  "reports",
  "quiet",
] satisfies (keyof RunOptions)[]);

/**
 * The options that shape what happens in a run, without those that say where and how it is shown, in
 * the order of their names: however they were given, they are the same.
 */
export function shapingOptions(options: RunOptions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => !OF_THE_REPORT.has(name))
      // Without k6 there is no number of its processes.
      .filter(([name, value]) => name !== "k6Instances" || value !== null)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
