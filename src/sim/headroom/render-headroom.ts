import type { HeadroomResult, StageResult } from "./headroom-result.ts";
import { count, msOrNone, remedyWords, stageTitle, stageWords } from "./headroom-words.ts";
import type { TrialSummary } from "./trial-summary.ts";

/** What the terminal shows at the end. */
export function renderHeadroomText(result: HeadroomResult): string {
  const { stages, noun, model } = result;
  return [
    result.headline,
    ...stages.flatMap((stage, index) => stageText(stage, index, noun)),
    "",
    `All figures are modelled, with constants ${model}.`,
  ].join("\n");
}

function stageText(stage: StageResult, index: number, noun: string): readonly string[] {
  const remedies = stage.remedies.flatMap((remedy) => {
    const { title, tried } = remedyWords(remedy, noun);
    return [`     - ${title}`, `       ${tried}`];
  });
  return [
    "",
    `${index + 1}. ${stageTitle(stage)}`,
    ...stageWords(stage, noun).map((line) => `   ${line}`),
    ...liftIntro(stage).map((line) => `   ${line}`),
    ...remedies,
  ];
}

function liftIntro({ binding, remedies }: StageResult): readonly string[] {
  if (binding === null) return [];
  return [remedies.length === 0 ? "To lift it: no remedy is known here." : "To lift it:"];
}

/** headroom.md; with the curve's picture where there is one beside it. */
export function renderHeadroomMarkdown(result: HeadroomResult, hasCurve: boolean): string {
  const { stages, noun, command, commit, status, partialReason } = result;
  const lines = [
    `# Headroom: ${result.scenario}`,
    "",
    result.headline,
    ...(status === "partial" ? ["", `**Ended early:** ${partialReason ?? "unknown"}.`] : []),
    ...stages.flatMap((stage, index) => stageMarkdown(stage, index, noun)),
    ...(hasCurve
      ? ["", "## Curve", "", "![p99 and refusals](curve.svg)", "", "The figures are in curve.csv."]
      : []),
    "",
    "## How it was found",
    "",
    "- All figures are modelled: runs on a virtual clock (docs/virtual.md) against the capacity model (docs/capacity.md).",
    `- Its constants: ${result.model}.`,
    "- A load meets every check when none fails (docs/checks.md). What too few samples left undecided does not count.",
    `- Each seed has a threshold of its own, by bisection, to ${result.range.precision * 100}%. The interval is between order statistics of these thresholds and holds their median; docs/headroom.md says why.`,
    ...Object.entries(result.options).map(([name, value]) => `- ${name}: ${JSON.stringify(value)}`),
    `- Commit ${commit}. Again: \`${command}\``,
  ];
  return `${lines.join("\n")}\n`;
}

function stageMarkdown(stage: StageResult, index: number, noun: string): readonly string[] {
  const remedies = stage.remedies.flatMap((remedy) => {
    const { title, tried, source } = remedyWords(remedy, noun);
    return [`- **${title}** ${tried} ${source}`];
  });
  return [
    "",
    `## ${index + 1}. ${stageTitle(stage)}`,
    "",
    ...stageWords(stage, noun).flatMap((line) => [line, ""]),
    ...liftIntro(stage).flatMap((line) => [line, ""]),
    ...remedies,
    ...(remedies.length === 0 ? [] : [""]),
    `| seed | ${noun} | meets | p99 | waited for limits, p99 | refused | failed |`,
    "|---:|---:|---|---:|---:|---:|---|",
    ...stage.seeds.flatMap(({ trials }) => trials.map(trialRow)),
  ];
}

function trialRow({ seed, load, meets, figures, failed, undecided }: TrialSummary): string {
  const { p99Ms, queueingP99Ms, refusedAttempts } = figures;
  const open = undecided.length === 0 ? "" : `undecided: ${undecided.join(", ")}`;
  const cells = [
    String(seed),
    count(load),
    meets ? "yes" : "no",
    msOrNone(p99Ms),
    msOrNone(queueingP99Ms),
    count(refusedAttempts),
    [...failed, ...(open === "" ? [] : [open])].join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}
