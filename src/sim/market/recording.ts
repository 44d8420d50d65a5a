import { assert } from "../../std/assert.ts";
import type { FactorPath } from "./factor-path.ts";
import type { MarketRow } from "./market-file.ts";
import { TRADING_SECONDS_PER_YEAR } from "./regime-profile.ts";

const STEP_MS = 1000;
/** Local volatility is an exponentially weighted mean of squared returns over this time. */
const VOLATILITY_MEMORY_SECONDS = 60;

/** A recording laid out over the seconds of a run. */
export interface Recording {
  /** The recorded price is the factor; variance is its local variance, second by second. */
  readonly path: FactorPath;
  readonly updatesPerSecond: readonly number[];
  /** Annualised local volatility in each second, from about the last minute. */
  readonly localVolatility: readonly number[];
}

/**
 * Seconds without a row have no update. A recording shorter than the run starts over, with its
 * returns put on top of the last price, so that the seam makes no jump.
 */
export function layOut(rows: readonly MarketRow[], durationMs: number): Recording {
  const seconds = Math.ceil(durationMs / 1000);
  const path: FactorPath = {
    stepMs: STEP_MS,
    factor: new Float64Array(seconds + 1),
    crash: new Float64Array(seconds + 1),
    variance: new Float64Array(seconds + 1),
  };
  const updatesPerSecond: number[] = [];
  const localVolatility: number[] = [];
  const recorded = recordedSeconds(rows);
  let variance = meanSquaredReturn(rows);
  for (let second = 0; second < seconds; second += 1) {
    const { logReturn, updates } = recorded();
    variance += (logReturn ** 2 - variance) / VOLATILITY_MEMORY_SECONDS;
    path.factor[second + 1] = (path.factor[second] ?? 0) + logReturn;
    path.variance[second + 1] = (path.variance[second] ?? 0) + variance;
    updatesPerSecond.push(updates);
    localVolatility.push(Math.sqrt(variance * TRADING_SECONDS_PER_YEAR));
  }
  return { path, updatesPerSecond, localVolatility };
}

/** Hands out the recording second by second, for ever. */
function recordedSeconds(
  rows: readonly MarketRow[],
): () => { readonly logReturn: number; readonly updates: number } {
  const first = rows[0];
  const last = rows.at(-1);
  assert(first !== undefined && last !== undefined, "a recording needs rows");
  let second = first.second;
  let index = 0;
  return () => {
    if (second > last.second) {
      second = first.second;
      index = 0;
    }
    const row = rows[index];
    const isRecorded = row?.second === second;
    second += 1;
    if (row === undefined || !isRecorded) return { logReturn: 0, updates: 0 };
    index += 1;
    return { logReturn: logReturnInto(rows, index - 1), updates: row.updates };
  };
}

function logReturnInto(rows: readonly MarketRow[], index: number): number {
  const row = rows[index];
  const before = rows[index - 1];
  if (row === undefined || before === undefined) return 0;
  return Math.log(row.lastPrice / before.lastPrice);
}

/** Mean over the recording's seconds. */
function meanSquaredReturn(rows: readonly MarketRow[]): number {
  let sum = 0;
  for (const index of rows.keys()) sum += logReturnInto(rows, index) ** 2;
  return sum / ((rows.at(-1)?.second ?? 0) - (rows[0]?.second ?? 0) + 1);
}
