import { formatLatency, formatShare } from "../report/format-figures.ts";
import type { TuneReport } from "./tune-report.ts";

/** One sentence a reader can repeat. */
export function headlineOf(report: Omit<TuneReport, "headline">): string {
  const { recommended, configurations, load, seeds, freshSeeds, status, partialReason } = report;
  const what = `${load.scenario} at ${load.users.toLocaleString("en-US")} users`;
  const early = status === "partial" ? `The search ended early (${partialReason}). ` : "";
  if (recommended === null) {
    const full = configurations.filter(({ assessment }) => assessment !== null).length;
    return `${early}${what}: none of the ${full} configurations that got so far passes every check on ${seeds.length} seeds.`;
  }
  const { assessment, strategy, nearestLimit, fresh } = recommended;
  const tried = seeds.length + (fresh === null ? 0 : freshSeeds.length);
  const open = assessment.undecided;
  const checks =
    open.length === 0 ? "passes every check" : `fails no check (undecided: ${open.join(", ")})`;
  const near =
    nearestLimit === null
      ? ""
      : `; nearest limit: ${nearestLimit.subject}, ${formatShare(nearestLimit.margin)} left`;
  return `${early}${what}: ${strategy} ${describeChanges(report, recommended.id)} ${checks} on ${tried} seeds, p99 ${formatLatency(assessment.freshnessP99Ms)}${near}.`;
}

/** "with batch_write_limit 640", or the preset's name. */
export function describeChanges(
  { configurations }: Pick<TuneReport, "configurations">,
  id: string,
): string {
  const found = configurations.find((one) => one.id === id);
  const changes = Object.entries(found?.changes ?? {});
  if (found?.preset !== null && found?.preset !== undefined) return `(${found.preset})`;
  if (changes.length === 0) return "(default)";
  return `with ${changes.map(([path, value]) => `${path} ${value}`).join(", ")}`;
}
