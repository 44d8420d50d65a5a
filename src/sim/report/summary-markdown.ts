import {
  brokeFirstMessage,
  groupChecks,
  NO_CHECKS,
  partialNotice,
  tallyChecks,
  VERDICT_WORDS,
  type CheckGroup,
} from "./check-groups.ts";
import {
  formatCount,
  formatDuration,
  formatLatency,
  formatMargin,
  formatNumber,
  formatRate,
  formatShare,
  NO_FIGURE,
} from "./format-figures.ts";
import { limitedPhases, limitsInWords } from "./limits-met.ts";
import { escapeMarkdown, markdownCode, markdownFold, markdownTable } from "./markdown-text.ts";
import { monitoringInWords, seenLatencies } from "./monitoring-words.ts";
import { replayWords } from "./replay-words.ts";
import { machineFacts } from "./run-facts.ts";
import type { Check, Result, Verdict } from "./result.ts";

/**
 * GitHub drops a step summary of more than 1,024 KiB whole, and one step may write to it more than
 * once.
 */
export const SUMMARY_BYTES_MAX = 900 * 1024;

const LEFT_OUT =
  "_Some details were left out for their size; result.json and report.html have them._";

const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  pass: "✅",
  fail: "❌",
  inconclusive: "⚠️",
};

const CHECK_COLUMNS = [
  { title: "Verdict" },
  { title: "Metric" },
  { title: "Target" },
  { title: "Figure" },
  { title: "Margin" },
  { title: "Samples", align: "right" },
  { title: "Basis" },
] as const;

/** summary.md for GitHub: verdict first, the table of checks, everything else folded away. */
export function renderSummaryMarkdown(result: Result): string {
  const sections = [
    opening(result),
    ...groupChecks(result.checks).map(checkSection),
    limitsSection(result),
    monitoringFold(result),
    phasesFold(result),
    latencyFold(result),
    runFold(result),
  ].filter((section) => section !== null);
  return joinWithin(sections, SUMMARY_BYTES_MAX);
}

/** Sections in order, as many whole ones as fit; what is left out is said. */
function joinWithin(sections: readonly string[], bytesMax: number): string {
  const room = bytesMax - byteLength(`\n${LEFT_OUT}\n`);
  let text = "";
  let leftOut = false;
  for (const section of sections) {
    const longer = `${text}${text === "" ? "" : "\n"}${section.trimEnd()}\n`;
    if (byteLength(longer) <= room) text = longer;
    else leftOut = true;
  }
  return leftOut ? `${text}\n${LEFT_OUT}\n` : text;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function verdictText(verdict: Verdict): string {
  return `${VERDICT_SIGNS[verdict]} ${VERDICT_WORDS[verdict]}`;
}

function opening(result: Result): string {
  const notice = partialNotice(result);
  const { population, limiter, target, run } = result;
  const paragraphs = [
    `# ${verdictText(result.verdict)}: Plimsoll, ${formatCount(population.users)} users`,
    ...(notice === null ? [] : [`> **Partial run.** ${escapeMarkdown(notice)}`]),
    `**${escapeMarkdown(result.headline)}**`,
    `What broke first: ${escapeMarkdown(brokeFirstMessage(result))}`,
    escapeMarkdown(
      `${tallyChecks(result.checks)}. Limiter ${limiter.strategy} (${limiter.preset}); ` +
        `${target.description}; ${formatDuration(run.durationMs)}; seed ${run.seed}.`,
    ),
    ...(result.checks.length === 0 ? [NO_CHECKS] : []),
    ...replayLines(result),
  ];
  return paragraphs.join("\n\n");
}

/** The report may lie elsewhere, but nothing of where it went is in it. */
function replayLines(result: Result): readonly string[] {
  const lines = replayWords(result, `reports/${result.run.id}`).map(
    // A run's ID has no character that code or a shell would take for its own.
    ([what, command]) => `- ${what}: \`${command}\``,
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}

/** The document's own rows stand open, and so does every group in which something did not pass. */
function checkSection(group: CheckGroup): string {
  const table = markdownTable(CHECK_COLUMNS, group.checks.map(checkCells));
  const body = `${table}\n${detailList(group.checks)}`;
  const isCalm = group.checks.every((check) => check.verdict === "pass");
  const isFolded = isCalm && group.group !== "benchmark" && group.group !== "throughput";
  if (isFolded) return markdownFold(`${group.title}: ${group.checks.length} passed`, body);
  return `## ${escapeMarkdown(group.title)}\n\n${body}`;
}

function checkCells(check: Check): readonly string[] {
  return [
    verdictText(check.verdict),
    check.title,
    check.target,
    check.figure,
    formatMargin(check),
    formatCount(check.samples),
    check.basis,
  ];
}

function detailList(checks: readonly Check[]): string {
  const lines = checks
    .filter((check) => check.verdict !== "pass" && check.detail !== "")
    .map((check) => `- **${escapeMarkdown(check.title)}**: ${escapeMarkdown(check.detail)}`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

/** Stands open when something was refused or a range was full; else folded. */
function limitsSection(result: Result): string | null {
  const phases = limitedPhases(result);
  const words = escapeMarkdown(limitsInWords(result));
  if (phases.length === 0) return result.target.limits === "off" ? words : null;
  const causes = phases.flatMap(({ name, limits }) =>
    limits.refusals.map(
      (refusal) =>
        `- **${escapeMarkdown(`${refusal.limit} on ${refusal.subject}`)}** (${name}, ` +
        `${formatCount(refusal.attempts)} attempts): ${escapeMarkdown(refusal.explanation)}`,
    ),
  );
  const hottest = phases.flatMap(({ name, limits }) =>
    limits.hottest.slice(0, HOTTEST_SHOWN).map((hot) => ({ name, hot })),
  );
  const rows = hottest.map(({ name, hot }) => [
    name,
    hot.subject,
    hot.limit,
    formatRate(hot.operationsPerSecond),
    formatRate(hot.allowedPerSecond),
    formatShare(hot.utilisation),
  ]);
  const table = markdownTable(HOT_COLUMNS, rows);
  const body = [words, ...(causes.length === 0 ? [] : [causes.join("\n")]), table].join("\n\n");
  const isCalm = causes.length === 0 && hottest.every(({ hot }) => hot.utilisation < 1);
  return isCalm ? markdownFold("Limits met: none", body) : `## Limits met\n\n${body}`;
}

/** Of each phase. */
const HOTTEST_SHOWN = 3;

const HOT_COLUMNS = [
  { title: "Phase" },
  { title: "Hottest" },
  { title: "Limit" },
  { title: "Offered", align: "right" },
  { title: "Takes", align: "right" },
  { title: "Utilisation", align: "right" },
] as const;

function monitoringFold(result: Result): string | null {
  const { monitoring } = result;
  if (monitoring === undefined) return null;
  const words = escapeMarkdown(monitoringInWords(monitoring));
  if (monitoring.unreadable !== null) return markdownFold("Cloud Monitoring", words);
  const columns = [
    { title: "Request" },
    { title: "Seen by" },
    ...["Count", "p50", "p95", "p99"].map((title) => ({ title, align: "right" as const })),
  ];
  const rows = seenLatencies(result).map((one) => [
    one.what,
    one.seenBy,
    formatCount(one.count),
    ...[one.p50Ms, one.p95Ms, one.p99Ms].map(formatLatency),
  ]);
  const asked = monitoring.requests.map(({ method, code, count }) => [
    method,
    code,
    formatCount(count),
  ]);
  const requests = markdownTable(
    [{ title: "Request" }, { title: "Answer" }, { title: "Count", align: "right" }],
    asked,
  );
  return markdownFold(
    "Cloud Monitoring",
    [words, markdownTable(columns, rows), requests].join("\n\n"),
  );
}

function phasesFold(result: Result): string | null {
  if (result.phases.length === 0) return null;
  const columns = [
    { title: "Phase" },
    ...["Duration", "Offered", "Committed", "Worst second", "Retried", "Late", "Jain"].map(
      (title) => ({ title, align: "right" as const }),
    ),
  ];
  const rows = result.phases.map((phase) => [
    phase.name,
    formatDuration(phase.durationMs),
    formatRate(phase.offeredPerSecond),
    formatRate(phase.committedPerSecond),
    `${formatCount(phase.worstSecond.writes)} writes`,
    formatCount(phase.retriedCommits),
    formatCount(phase.lateArrivals),
    phase.fairness.jain === null ? NO_FIGURE : formatNumber(phase.fairness.jain),
  ]);
  return markdownFold("Phases", markdownTable(columns, rows));
}

function latencyFold(result: Result): string | null {
  if (result.histograms.length === 0) return null;
  const columns = [
    { title: "Metric" },
    { title: "Phase" },
    ...["Samples", "p50", "p95", "p99", "p99.9", "max"].map((title) => ({
      title,
      align: "right" as const,
    })),
  ];
  const rows = result.histograms.map((histogram) => [
    histogram.metric,
    histogram.phase ?? "provisioning",
    formatCount(histogram.count),
    ...[histogram.p50, histogram.p95, histogram.p99, histogram.p999, histogram.max].map(
      (latencyMs) => formatLatency(histogram.count === 0 ? null : latencyMs),
    ),
  ]);
  return markdownFold("Latencies", markdownTable(columns, rows));
}

function runFold(result: Result): string {
  const facts = machineFacts(result).map(([name, text]) => [name, text]);
  const table = markdownTable([{ title: "Fact" }, { title: "Value" }], facts);
  return markdownFold("The run", `${markdownCode(result.run.command)}\n\n${table}`);
}
