import { escapeMarkdown, markdownFold, markdownTable } from "../report/markdown-text.ts";
import {
  chanceText,
  changedText,
  laneText,
  levelsText,
  outOfLineText,
  runText,
  sizeText,
} from "./change-words.ts";
import type { Comparison } from "./comparison.ts";
import type { LaneReport } from "./judge-history.ts";
import { STATE_WORDS } from "./render-text.ts";

const SIGNS = { pass: "✅", fail: "❌", inconclusive: "⚠️" } as const;
/** A step summary shows so many; compare.json has them all. */
const CHANGES_SHOWN = 40;

const COLUMNS = ["State", "Figure", "Level", "Size", "Since", "What changed", "Chance"];

/** The comparison for a step summary. */
export function renderCompareMarkdown({ verdict, headline, lanes, skipped }: Comparison): string {
  return [
    `## ${SIGNS[verdict]} Compared with the history`,
    `**${escapeMarkdown(headline)}**`,
    ...skipped.map(({ path, why }) => `> Skipped ${escapeMarkdown(path)}: ${escapeMarkdown(why)}`),
    ...lanes.map(laneSection),
    "",
  ].join("\n\n");
}

function laneSection(lane: LaneReport): string {
  const { changes } = lane;
  const rows = changes
    .slice(0, CHANGES_SHOWN)
    .map((change) => [
      STATE_WORDS[change.state],
      change.metric,
      levelsText(change),
      sizeText(change.size),
      runText(change.since),
      changedText(change),
      chanceText(change.chance),
    ]);
  const notes = [
    ...lane.outOfLine.map((one) => `newest run out of line, no change yet: ${outOfLineText(one)}`),
    ...lane.leftOut.map(({ runs, why }) => `left out: ${runs} run(s), ${why}`),
  ].map((note) => `- ${escapeMarkdown(note)}`);
  return [
    `### ${escapeMarkdown(`${lane.lane}: ${laneText(lane)}`)}`,
    ...(rows.length === 0
      ? []
      : [
          markdownTable(
            COLUMNS.map((title) => ({ title })),
            rows,
          ),
        ]),
    ...(changes.length > CHANGES_SHOWN ? [`${changes.length - CHANGES_SHOWN} more.`] : []),
    ...(notes.length === 0
      ? []
      : [markdownFold("What was left out, and what to watch", notes.join("\n"))]),
  ].join("\n\n");
}
