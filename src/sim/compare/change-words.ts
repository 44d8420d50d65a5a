import { formatNumber } from "../report/format-figures.ts";
import type { LaneReport, ToldChange } from "./judge-history.ts";
import type { OutOfLine } from "./out-of-line.ts";
import type { ShiftEstimate } from "./rank-interval.ts";

/** "pnl-commit p99 (baseline) 38.2 ms → 46.1 ms, +20.6% (95%: +15.2% to +27.9%) since RUN (TIME)" */
export function changeWords(change: ToldChange): string {
  const { metric, size, since } = change;
  return `${metric} ${levelsText(change)}, ${sizeText(size)} since ${runText(since)}`;
}

/** A run and its night: virtual runs of the same commit have the same ID. */
export function runText({ run, startedAt }: ToldChange["since"]): string {
  return `${run} (${startedAt.slice(0, 16).replace("T", " ")})`;
}

/** "38.2 → 46.1 ms" */
export function levelsText({ from, to, unit }: ToldChange): string {
  return `${valueText(from, unit)} → ${valueText(to, unit)}`;
}

function valueText(value: number, unit: string): string {
  if (unit === "share") return `${formatNumber(value * 100)}%`;
  return unit.startsWith("/") ? `${formatNumber(value)}${unit}` : `${formatNumber(value)} ${unit}`;
}

/** "+20.6% (95%: +15.2% to +27.9%)" */
export function sizeText({ shift, low, high, coverage }: ShiftEstimate): string {
  const level = Math.floor(coverage * 100);
  return `${percentText(shift)} (${level}%: ${percentText(low)} to ${percentText(high)})`;
}

/** A difference of logarithms as a percentage: "+20.6%", "-4%". */
function percentText(shift: number): string {
  const percent = (Math.exp(shift) - 1) * 100;
  return `${percent < 0 ? "-" : "+"}${formatNumber(Math.abs(percent))}%`;
}

/** Chances read better as one in so many looks. */
export function chanceText(chance: number): string {
  return `by chance in 1 of ${formatNumber(Math.round(1 / chance))} looks`;
}

/** "commit a1 → b2, node v24.20.0 → v24.21.0"; or that nothing did. */
export function changedText({ changed, before, since }: ToldChange): string {
  const told = changed.filter(({ what }) => what !== "load");
  const between = `between ${runText(before)} and ${runText(since)}`;
  if (told.length === 0)
    return `nothing known changed ${between} (the same commit, versions and machine)`;
  return `${told.map(({ what, from, to }) => `${what} ${from} → ${to}`).join(", ")}; ${between}`;
}

export function outOfLineText({ metric, unit, level, value, scales }: OutOfLine): string {
  const levels = `${valueText(value, unit)} against ${valueText(level, unit)}`;
  return `${metric} ${levels}, ${formatNumber(scales)} times its noise`;
}

/** How many runs were compared, or are needed still. */
export function laneText({ runs, figures, missing }: LaneReport): string {
  if (missing === 0) return `${runs} comparable runs, ${figures} figures`;
  return `${runs} comparable run${runs === 1 ? "" : "s"}, ${missing} more needed before anything can be told`;
}
