import type { Comparison, MonitoringEvidence } from "../report/monitoring-evidence.ts";
import type { Basis } from "../report/basis.ts";
import type { Check, Verdict } from "../report/result.ts";
import { MONITORING_ALLOWED, MONITORING_SHARE } from "./benchmark-table.ts";
import { formatCount } from "./check.ts";

const ROWS: Readonly<Record<Comparison["quantity"], Pick<Check, "id" | "title" | "unit">>> = {
  writes: {
    id: "harness.monitoring-writes",
    title: "Writes counted and writes monitored",
    unit: "documents",
  },
  reads: {
    id: "harness.monitoring-reads",
    title: "Reads counted and reads monitored",
    unit: "documents",
  },
  deletes: {
    id: "harness.monitoring-deletes",
    title: "Deletes counted and deletes monitored",
    unit: "documents",
  },
  refused: {
    id: "harness.monitoring-refused",
    title: "Refusals met and refusals monitored",
    unit: "requests",
  },
};

/**
 * Whether Cloud Monitoring, which counts at the database, saw what the run says it did. Nothing that
 * could not be compared passes.
 */
export function monitoringChecks(evidence: MonitoringEvidence, basis: Basis): readonly Check[] {
  const { comparisons, unreadable } = evidence;
  if (unreadable === null && comparisons.length > 0) {
    return comparisons.map((comparison) => checkOf(comparison, basis));
  }
  return [
    {
      ...COMMON,
      id: "harness.monitoring",
      title: "What Cloud Monitoring counted",
      target: "the same as the run counted",
      figure: "no samples",
      value: null,
      bound: null,
      unit: "operations",
      samples: 0,
      basis,
      verdict: "inconclusive",
      detail: unreadable ?? "Neither the run nor Cloud Monitoring counted an operation.",
    },
  ];
}

const COMMON = { group: "harness", section: null } as const;

function checkOf(comparison: Comparison, basis: Basis): Check {
  const { quantity, finding, counted, monitored, tolerance, points } = comparison;
  const apart = Math.max(0, counted[0] - monitored, monitored - counted[1]);
  const own =
    counted[0] === counted[1] ? formatCount(counted[0]) : counted.map(formatCount).join(" to ");
  const isCompared = points > 0 || (quantity === "refused" && finding !== "no-metric");
  return {
    ...COMMON,
    ...ROWS[quantity],
    target: `apart by at most ${MONITORING_SHARE * 100}% or ${MONITORING_ALLOWED}`,
    figure: isCompared ? `${own} counted, ${formatCount(monitored)} monitored` : "no samples",
    value: isCompared ? apart : null,
    bound: isCompared ? tolerance : null,
    samples: Math.round(monitored),
    basis,
    verdict: VERDICTS[finding],
    detail: detailOf(comparison),
  };
}

const VERDICTS: Readonly<Record<Comparison["finding"], Verdict>> = {
  agrees: "pass",
  fewer: "fail",
  more: "fail",
  others: "inconclusive",
  gap: "inconclusive",
  unsettled: "inconclusive",
  "no-points": "inconclusive",
  "no-metric": "inconclusive",
  spoiled: "inconclusive",
};

function detailOf(comparison: Comparison): string {
  const { span, remarks } = comparison;
  const said = remarks.length === 0 ? "" : ` It said: ${remarks.join("; ")}.`;
  const when = `Over ${clockTime(span.from)} to ${clockTime(span.to)} UTC, whole samples.`;
  return `${reasonOf(comparison)} ${when}${said}`;
}

/** "09:30:00" of an ISO time. */
function clockTime(iso: string): string {
  return iso.slice("2026-11-26T".length, "2026-11-26T09:30:00".length);
}

function reasonOf(comparison: Comparison): string {
  const { quantity, finding, counted, monitored, tolerance, background, gaps, metric } = comparison;
  const within = `${formatCount(tolerance)} may be between them`;
  switch (finding) {
    case "agrees":
      return `The database counted what the run did: ${within}.`;
    case "fewer":
      return quantity === "refused"
        ? `The run was refused more often than Monitoring counted, and ${within}: refusals came from elsewhere, or Monitoring calls them by another code.`
        : `Monitoring counted ${formatCount(counted[0] - monitored)} fewer, and ${within}: they did not reach the database, or the run counted what was not applied.`;
    case "more":
      return quantity === "refused"
        ? `Monitoring counted ${formatCount(monitored - counted[1])} more: a client library tried again by itself, and its latencies hide it; or others load the project.`
        : `Monitoring counted ${formatCount(monitored - counted[1])} more, and ${within}: others load the project only while the run runs, or the run does what it does not count.${background === null ? "" : ` By the quiet time around it, others would have come to ${formatCount(background)}.`}`;
    case "others":
      return `Monitoring counted ${formatCount(monitored - counted[1])} more; while the run did nothing it counted on, at a rate that comes to ${formatCount(background ?? 0)} in this time. Others load the project, and theirs cannot be told from the run's.`;
    case "gap":
      return `Monitoring has no sample of ${gaps.map(({ from, to }) => `${clockTime(from)} to ${clockTime(to)}`).join(", ")}; over the rest both agree.`;
    case "unsettled":
      return "Monitoring counted fewer, and still more from one reading to the next: `monitor --run` later tells.";
    case "no-points":
      return `${metric ?? "The metric"} has no point in this time. Monitoring has not heard of the database, or is later than it says: \`monitor --run\` later tells.`;
    case "no-metric":
      return "The project does not have the metric: a new one may take ten minutes to be known.";
    case "spoiled":
      return "What Monitoring answered cannot be relied upon.";
  }
}
