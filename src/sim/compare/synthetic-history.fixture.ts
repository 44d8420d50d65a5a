import { createRng, type Rng } from "../../std/rng.ts";
import { HISTORY_FORMAT, type HistoryEntry } from "../history/history-entry.ts";

/**
 * Nights of a lane as they are on a rented machine: figures scatter, more in some weeks than in
 * others; most of it is the night's and common to all figures; tails are heavy; and now and then a
 * night is bad as a whole.
 */
export interface NightsAsked {
  readonly seed: number | string;
  readonly runs: number;
  /**
   * Scatter of a figure, as a share. 0.0266 is what GitHub's hosted runners have, as the mean of
   * several benchmark suites (codspeed.io/blog/benchmarks-in-ci-without-noise, 2025-07-30).
   */
  readonly scatter?: number;
  /** Share of nights that are bad: 12 to 62 % slower. */
  readonly badNights?: number;
  readonly shift?: { readonly at: number; readonly by: number };
}

const FIGURES = [
  { metric: "pnl-commit p50 (baseline)", unit: "ms", better: "lower", value: 6.6, shifts: true },
  { metric: "pnl-commit p99 (baseline)", unit: "ms", better: "lower", value: 31, shifts: false },
  { metric: "query p50 (dashboards)", unit: "ms", better: "lower", value: 5.3, shifts: false },
  { metric: "query p99 (dashboards)", unit: "ms", better: "lower", value: 42, shifts: false },
  {
    metric: "onboarding p95 (provisioning)",
    unit: "ms",
    better: "lower",
    value: 510,
    shifts: false,
  },
  { metric: "commit-call p50 (baseline)", unit: "ms", better: "lower", value: 4.3, shifts: false },
  { metric: "peak memory of the harness", unit: "MiB", better: "lower", value: 344, shifts: false },
  {
    metric: "writes committed a second (full-load)",
    unit: "/s",
    better: "higher",
    value: 1100,
    shifts: false,
  },
] as const;

export function syntheticHistory(asked: NightsAsked): readonly HistoryEntry[] {
  const { seed, runs, scatter = 0.0266, badNights = 0.04, shift } = asked;
  const rng = createRng(`nights ${seed}`);
  const phase = rng.next() * 2 * Math.PI;
  return Array.from({ length: runs }, (_, night) => {
    // The noise itself swells and ebbs by some 30 % over some eight weeks.
    const scale = scatter * (1 + 0.3 * Math.sin(night / 9 + phase));
    const common = heavyTailed(rng) * scale * Math.SQRT1_2;
    const bad = rng.chance(badNights) ? 0.12 + 0.5 * rng.next() : 0;
    const figures = FIGURES.map(({ shifts, value, ...figure }) => {
      const own = heavyTailed(rng) * scale * Math.SQRT1_2 + bad * (0.6 + 0.8 * rng.next());
      const slower =
        shift !== undefined && shifts && night >= shift.at ? Math.log(1 + shift.by) : 0;
      const log = common + own + slower;
      const moved = value * Math.exp(figure.better === "lower" ? log : -log);
      return { ...figure, value: moved, low: moved * 0.99, high: moved * 1.01, samples: 10_000 };
    });
    return entryAt(night, figures);
  });
}

/** Student's t with five degrees of freedom, of deviation 1. */
function heavyTailed(rng: Rng): number {
  let squares = 0;
  for (let degree = 0; degree < 5; degree += 1) squares += rng.normal() ** 2;
  return (rng.normal() / Math.sqrt(squares / 5)) * Math.sqrt(3 / 5);
}

const DAY_MS = 86_400_000;
const FIRST_NIGHT_MS = Date.UTC(2026, 0, 5, 3, 17);

export function entryAt(
  night: number,
  figures: HistoryEntry["figures"],
  more: Partial<HistoryEntry> = {},
): HistoryEntry {
  const startedAt = new Date(FIRST_NIGHT_MS + night * DAY_MS).toISOString();
  return {
    format: HISTORY_FORMAT,
    run: `night-${night}`,
    startedAt,
    verdict: "pass",
    unfit: null,
    commit: `commit-${night}`,
    key: {
      lane: "gateway",
      target: "embedded, limits on, latency off",
      driver: "node",
      config: "1f2e3d4c",
      model: "0a0b0c0d",
      calibration: "none",
      machine: "4 × AMD EPYC 7763, 16 GiB",
    },
    facts: { node: "v24.21.0", load: "0.4" },
    figures,
    ...more,
  };
}
