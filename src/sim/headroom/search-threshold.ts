/** What a search may ask, and how close it must come. Loads are whole numbers. */
export interface SearchRange {
  /** The least and the most load that is asked about, both included. */
  readonly from: number;
  readonly to: number;
  /** The search ends when pass and fail are so near, as a share of the load, or next to each other. */
  readonly precision: number;
}

/** How a search begins. */
export interface SearchStart {
  readonly load: number;
  /** Factor of its first step up or down, over 1. It is squared from step to step, up to 2. */
  readonly stride: number;
}

/** A load that was tried, and whether every check was met there. */
export interface Asked {
  readonly load: number;
  readonly meets: boolean;
}

/** Where one seed's service stops meeting its checks. */
export interface Threshold {
  /** The largest load that met every check below all that failed; null when none did. */
  readonly meets: number | null;
  /** The least load that failed; null when none did. */
  readonly fails: number | null;
  /** Loads above `fails` that met every check all the same: the answer is then not a clean one. */
  readonly doubts: readonly number[];
  /** All that was tried, in the order of the search. */
  readonly asked: readonly Asked[];
}

/** A search begins from the ground where nothing is known yet. */
export function fromTheGround({ from }: SearchRange): SearchStart {
  return { load: from, stride: 2 };
}

/** Steps so wide leave the first bracket a few halvings to close, and mostly one step to find. */
const STRIDE_PRECISIONS = 4;

/** Near where another seed had its threshold. */
export function nearThreshold(load: number, { precision }: SearchRange): SearchStart {
  return { load, stride: 1 + STRIDE_PRECISIONS * precision };
}

/** How far above the least failure the search looks once more, for a load that passes there. */
const BEYOND = 1.25;

/**
 * Finds where pass turns into fail: strides up from a load that passes (or down from one that
 * fails) until there is one of each, then halves the distance between them on a scale of factors,
 * and last looks once above. Yields the load to try and takes whether it met every check.
 *
 * Verdicts need not be monotonic: whatever they are, `meets` passed, `fails` failed and lies above
 * it, and nothing that was tried between them did otherwise.
 */
export function* searchThreshold(
  range: SearchRange,
  start: SearchStart,
): Generator<number, Threshold, boolean> {
  const asked: Asked[] = [];
  let load = Math.min(range.to, Math.max(range.from, Math.round(start.load)));
  let { stride } = start;
  for (;;) {
    asked.push({ load, meets: yield load });
    const { meets, fails } = thresholdOf(asked);
    if (meets !== null && fails !== null) break;
    if (load === (fails === null ? range.to : range.from)) break;
    load =
      fails === null
        ? Math.min(range.to, Math.max(load + 1, Math.round(load * stride)))
        : Math.max(range.from, Math.min(load - 1, Math.round(load / stride)));
    stride = Math.min(2, stride * stride);
  }
  for (;;) {
    const next = between(thresholdOf(asked), range);
    if (next === undefined) break;
    asked.push({ load: next, meets: yield next });
  }
  const beyond = above(thresholdOf(asked), range);
  if (beyond !== undefined && asked.every((one) => one.load !== beyond)) {
    asked.push({ load: beyond, meets: yield beyond });
  }
  return thresholdOf(asked);
}

/** What is known from the loads tried so far: also of a search that was ended early. */
export function thresholdOf(asked: readonly Asked[]): Threshold {
  const failed = asked.filter(({ meets }) => !meets).map(({ load }) => load);
  const met = asked.filter(({ meets }) => meets).map(({ load }) => load);
  const fails = failed.length === 0 ? null : Math.min(...failed);
  const below = met.filter((load) => fails === null || load < fails);
  return {
    meets: below.length === 0 ? null : Math.max(...below),
    fails,
    doubts: met.filter((load) => fails !== null && load > fails).sort((a, b) => a - b),
    asked: [...asked],
  };
}

function between({ meets, fails }: Threshold, { precision }: SearchRange): number | undefined {
  if (meets === null || fails === null) return undefined;
  if (fails - meets <= Math.max(1, Math.floor(meets * precision))) return undefined;
  const middle = Math.round(Math.sqrt(meets * fails));
  return Math.min(fails - 1, Math.max(meets + 1, middle));
}

function above({ fails }: Threshold, { to }: SearchRange): number | undefined {
  if (fails === null || fails >= to) return undefined;
  return Math.min(to, Math.max(fails + 1, Math.round(fails * BEYOND)));
}
