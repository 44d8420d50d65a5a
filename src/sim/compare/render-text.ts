import {
  changedText,
  changeWords,
  chanceText,
  laneText,
  outOfLineText,
  runText,
} from "./change-words.ts";
import type { Comparison } from "./comparison.ts";
import type { ChangeState, LaneReport, ToldChange } from "./judge-history.ts";

/** How a line is painted; the caller knows whether there is colour. */
export type PaintLine = (state: ChangeState | "plain", text: string) => string;

export const STATE_WORDS: Readonly<Record<ChangeState, string>> = {
  alarm: "REGRESSION",
  repaired: "repaired",
  settled: "settled (an old regression, now the level)",
  improved: "improved",
};

/** The comparison for a terminal. */
export function renderCompareText(comparison: Comparison, paint: PaintLine): string {
  const { lanes, skipped, headline, runs } = comparison;
  const lines = [
    ...skipped.map(({ path, why }) => paint("alarm", `Skipped ${path}: ${why}.`)),
    ...(lanes.length === 0 ? [`The history holds ${runs} runs, none of the lanes asked for.`] : []),
    ...lanes.flatMap((lane) => laneLines(lane, paint)),
    "",
    paint(comparison.verdict === "fail" ? "alarm" : "plain", headline),
  ];
  return `${lines.join("\n")}\n`;
}

function laneLines(lane: LaneReport, paint: PaintLine): readonly string[] {
  return [
    "",
    `Lane ${lane.lane}: ${laneText(lane)}; newest ${runText(lane.newest)}`,
    ...lane.changes.flatMap((change) => changeLines(change, paint)),
    ...(lane.missing === 0 && lane.changes.length === 0
      ? ["  no change of any figure's level"]
      : []),
    ...lane.outOfLine.map(
      (one) => `  newest run out of line (${one.direction}; no change yet): ${outOfLineText(one)}`,
    ),
    ...lane.leftOut.map(
      ({ runs, why }) => `  left out: ${runs} run${runs === 1 ? "" : "s"}, ${why}`,
    ),
  ];
}

function changeLines(change: ToldChange, paint: PaintLine): readonly string[] {
  const { state, told, runs, chance } = change;
  return [
    `  ${paint(state, STATE_WORDS[state])}: ${changeWords(change)}`,
    `    what changed: ${changedText(change)}`,
    `    told by ${runText(told)}; ${runs} run${runs === 1 ? "" : "s"} at the new level; ${chanceText(chance)}`,
  ];
}
