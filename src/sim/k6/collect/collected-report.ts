import { groupChecks, VERDICT_WORDS } from "../../report/check-groups.ts";
import { checkSuites, outcomeOf } from "../../report/junit-xml.ts";
import { renderJunit } from "../../report/junit-suites.ts";
import { formatMs } from "../../verify/check.ts";
import { overallVerdict } from "../../verify/verdict.ts";
import type { Check, Verdict } from "../../report/result.ts";
import type { K6Counts } from "./counts-file.ts";
import type { MergedCounts, MergedOperation } from "./merge-counts.ts";

export interface Collected {
  readonly run: string;
  readonly merged: MergedCounts;
  readonly checks: readonly Check[];
  readonly received: readonly K6Counts[];
  /** Why no more was waited for; null when all had come. */
  readonly cut: string | null;
  /** When it was judged, ISO 8601. */
  readonly collectedAt: string;
}

export function verdictOf({ checks }: Collected): Verdict {
  return overallVerdict(checks, true);
}

/** The report's files: for people, and for programs with everything that was received. */
export function collectedFiles(collected: Collected): ReadonlyMap<string, string> {
  return new Map([
    ["summary.md", markdown(collected)],
    ["junit.xml", junit(collected)],
    ["collected.json", `${JSON.stringify(json(collected), undefined, 2)}\n`],
  ]);
}

/** The run's own verdict first, so that one without checks is never read as green. */
function junit(collected: Collected): string {
  const { run, merged, checks, collectedAt, cut } = collected;
  const outcome = outcomeOf(
    verdictOf(collected),
    cut ?? "all had come",
    merged.segmentFaults.join("; "),
  );
  const suite = "plimsoll.run";
  const verdict = { suite, name: "verdict of the run", outcome };
  return renderJunit([{ name: suite, cases: [verdict] }, ...checkSuites(checks)], {
    seconds: merged.durationMs / 1_000,
    startedAt: collectedAt,
    command: `npm run sim -- k6 collect --run ${run}`,
    properties: { run, workload: merged.workload ?? "none", segments: merged.segments.length },
  });
}

function json(collected: Collected): object {
  const { run, merged, checks, received, cut, collectedAt } = collected;
  const { operations, ...rest } = merged;
  return {
    format: "plimsoll-k6-collected/1",
    run,
    verdict: verdictOf(collected),
    cut,
    collectedAt,
    ...rest,
    operations: operations.map(({ latency, ...operation }) => ({
      ...operation,
      latency: latency.summarize({ metric: operation.name, phase: null, describes: DESCRIBES }),
    })),
    checks,
    received,
  };
}

const DESCRIBES = "from the intended start to the answer, to within one part in 64";

function markdown(collected: Collected): string {
  const { run, merged, checks, cut } = collected;
  return [
    `# ${VERDICT_WORDS[verdictOf(collected)]}: ${merged.workload ?? "nothing came"}, run ${run}`,
    "",
    ...(cut === null ? [] : [`Not all was waited for: ${cut}.`, ""]),
    ...groupChecks(checks).flatMap(({ title, checks: some }) => [
      `## ${title}`,
      "",
      "| check | target | figure | samples | verdict |",
      "|---|---|---|---|---|",
      ...some.map(checkRow),
      "",
      ...some
        .filter(({ verdict }) => verdict !== "pass")
        .map((check) => `- ${check.title}: ${check.detail}`),
      "",
    ]),
    "## Operations",
    "",
    "Latency from the intended start, of those that succeeded, in whole milliseconds and to within one part in 64.",
    "",
    "| operation | ended | planned | failed | p50 | p95 | p99 | max |",
    "|---|---|---|---|---|---|---|---|",
    ...merged.operations.map(operationRow),
    "",
  ].join("\n");
}

function checkRow({ title, target, figure, samples, verdict }: Check): string {
  return `| ${title} | ${target} | ${figure} | ${samples} | ${VERDICT_WORDS[verdict]} |`;
}

function operationRow({ name, ended, planned, failures, latency }: MergedOperation): string {
  const failed = failures.reduce((sum, [, count]) => sum + count, 0);
  const quantiles = [0.5, 0.95, 0.99].map((share) => formatMs(latency.quantileMs(share)));
  return `| ${[name, ended, planned, failed, ...quantiles, formatMs(latency.maxMs)].join(" | ")} |`;
}
