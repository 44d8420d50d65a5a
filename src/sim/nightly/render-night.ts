import { renderCompareMarkdown } from "../compare/render-markdown.ts";
import { compareSuites } from "../compare/render-junit.ts";
import { formatDuration } from "../report/format-figures.ts";
import { renderJunit, type TestSuite } from "../report/junit-suites.ts";
import { resultSuites } from "../report/junit-xml.ts";
import {
  escapeMarkdown,
  markdownCode,
  markdownFold,
  markdownTable,
} from "../report/markdown-text.ts";
import { isBroken, laneWord, nightVerdict, type Night, type NightVerdict } from "./night.ts";
import type { LaneEnd } from "./run-lane.ts";

const SIGNS: Readonly<Record<NightVerdict, string>> = {
  pass: "✅",
  fail: "❌",
  inconclusive: "⚠️",
  broken: "💥",
};

/** What a lane says in one line: its headline, or why it has none. */
export function laneLine(end: LaneEnd): string {
  const { cleaned } = end;
  if (cleaned !== undefined && cleaned.ended !== "exit code 0") {
    return `run ${cleaned.runId} was not cleaned up (${cleaned.ended}); npm run sim -- clean --run ${cleaned.runId}`;
  }
  if (end.endedEarly !== null) return `ended early: ${end.endedEarly}`;
  if (end.result === undefined) return `${end.ended}, and no result: ${faultIn(end.lastLines)}`;
  return isBroken(end) ? `${end.ended}: ${end.result.headline}` : end.result.headline;
}

/** The fault that was told, else whatever was printed last. */
function faultIn(text: string): string {
  const lines = text.trimEnd().split("\n");
  return lines.find((line) => /^E_[A-Z0-9_]+: /.test(line)) ?? lines.at(-1) ?? "";
}

const COLUMNS = ["Lane", "Verdict", "Took", "What it says"];

/** The night for a step summary. */
export function renderNightMarkdown(night: Night): string {
  const verdict = nightVerdict(night);
  const rows = [
    ...night.lanes.map((end) => [
      end.lane.name,
      `${SIGNS[laneWord(end)]} ${laneWord(end)}`,
      formatDuration(end.durationMs),
      laneLine(end),
    ]),
    ...night.skipped.map(({ lane, why }) => [lane, "skipped", "–", why]),
  ];
  const form = night.isShort ? " (short form: only the machinery is judged)" : "";
  return [
    `# ${SIGNS[verdict]} Nightly: ${verdict}${form}`,
    markdownTable(
      COLUMNS.map((title) => ({ title })),
      rows,
    ),
    ...night.lanes.filter(isBroken).map(brokenFold),
    ...(night.comparison === null ? [] : [renderCompareMarkdown(night.comparison)]),
    escapeMarkdown(
      `Commit ${night.commit}; history in ${night.historyFolder}; again: ${night.command}`,
    ),
    "",
  ].join("\n\n");
}

function brokenFold({ lane, command, lastLines }: LaneEnd): string {
  const lines = lastLines.trimEnd().split("\n").slice(-15);
  return markdownFold(
    `Last lines of lane ${lane.name}`,
    [markdownCode(command), ...lines.map((line) => markdownCode(line))].join("\n"),
  );
}

/** One suite a lane for whether it worked, then its checks, then the comparison. */
export function renderNightJunit(night: Night): string {
  const suites = [
    ...night.lanes.flatMap((end) => laneSuites(end, night.isShort)),
    ...night.skipped.map(({ lane, why }): TestSuite => {
      const name = `plimsoll.nightly.${lane}`;
      const outcome = { kind: "skipped", message: why, text: "" } as const;
      return { name, cases: [{ suite: name, name: "lane ran", outcome }] };
    }),
    ...(night.comparison === null ? [] : compareSuites(night.comparison)),
  ];
  return renderJunit(suites, {
    seconds: night.durationMs / 1000,
    startedAt: night.startedAt,
    command: night.command,
    properties: { commit: night.commit, night: night.id },
  });
}

function laneSuites(end: LaneEnd, isShort: boolean): readonly TestSuite[] {
  const name = `plimsoll.nightly.${end.lane.name}`;
  const outcome = isBroken(end)
    ? ({ kind: "error", message: laneLine(end), text: end.lastLines } as const)
    : ({ kind: "passed" } as const);
  const ran = { name, cases: [{ suite: name, name: "lane ran", outcome }] };
  // The figures of so small a run mean nothing, and a red case of one would say that they do.
  if (end.result === undefined || isShort) return [ran];
  return [ran, ...resultSuites(end.result, `${name}.`)];
}
