import { NULL_CHANCES, NULL_TABLE } from "./null-table.ts";

interface NullRow {
  readonly length: number;
  readonly ratio: number;
  readonly passed: number;
  readonly evidence: readonly number[];
}

/** What a likeliest change looks like against its noise. */
export interface Finding {
  readonly evidence: number;
  /** Runs looked at. */
  readonly length: number;
  /** The noise's fitted scale over the least change told. */
  readonly ratio: number;
}

/** Beyond the table: how fast chances fall with evidence in its slowest row. */
const FALL = 0.7;
/** No chance is told to be smaller: the table was drawn from some tens of thousands of series. */
const CHANCE_MIN = 1e-6;

/**
 * How likely one figure without a change shows this much evidence in one look. From a table of drawn
 * series, as control limits of change-point charts are (Hawkins, Qiu and Kang 2003): of its rows for
 * as many runs or the next fewer and more, with as much noise or the next more, the highest chance.
 */
export function chanceOf({ evidence, length, ratio }: Finding): number {
  const lengths = [...new Set(NULL_TABLE.map((row) => row.length))];
  const fewer = lengths.findLast((one) => one <= length) ?? lengths[0] ?? 0;
  const more = lengths.find((one) => one >= length) ?? lengths.at(-1) ?? 0;
  const chances = [fewer, more].map((one) => {
    const rows = NULL_TABLE.filter((row) => row.length === one);
    const row = rows.find((each) => each.ratio >= ratio) ?? rows.at(-1);
    return row === undefined ? 1 : chanceIn(row, evidence);
  });
  return Math.max(...chances);
}

/** Between two chances of a row, the logarithm of the chance is taken to fall evenly. */
function chanceIn({ passed, evidence: limits }: NullRow, evidence: number): number {
  let chance = Math.max(passed, CHANCE_MIN);
  let from = 0;
  for (const [index, limit] of limits.entries()) {
    const next = NULL_CHANCES[index] ?? 0;
    if (limit === 0 || next >= chance) continue;
    if (evidence < limit) {
      const part = (evidence - from) / (limit - from);
      return chance * (next / chance) ** part;
    }
    [chance, from] = [next, limit];
  }
  return Math.max(CHANCE_MIN, chance * Math.exp(-FALL * Math.max(0, evidence - from)));
}
