import type { CalibrationFacts } from "../report/basis.ts";
import { UserError } from "../cli/errors.ts";
import { sameCause } from "./binding.ts";
import type { HeadroomResult, LiftedCause, StageResult, TriedRemedy } from "./headroom-result.ts";
import {
  measureStage,
  restateStage,
  TrialLedger,
  type HeadroomWorld,
  type MeasuredStage,
  type StagePlan,
} from "./measure-stage.ts";
import { remediesFor } from "./remedies.ts";
import { nameOf, type Remedy } from "./remedy.ts";
import { fromTheGround, type SearchRange } from "./search-threshold.ts";
import type { Situation } from "./situation.ts";
import type { TrialSummary } from "./trial-summary.ts";

export interface HeadroomPlan {
  readonly situation: Situation;
  readonly range: SearchRange;
  readonly seeds: readonly number[];
  /** How many causes are lifted one after another, to see what binds next. */
  readonly lifts: number;
  /** Seeds of the stages after the first. */
  readonly seedsOfLifted: number;
  readonly curve: boolean;
  /** Whose figures the model reckons with; undefined: they are assumed. */
  readonly calibration?: CalibrationFacts | undefined;
}

export interface HeadroomEvents extends HeadroomWorld {
  readonly onStage: (lifted: readonly LiftedCause[]) => void;
}

export type Found = Pick<HeadroomResult, "stages" | "curve">;

/**
 * Finds how much load still meets every check and what binds first; then lifts that cause and
 * nothing else, and looks again. When the signal aborts it resolves with what is known.
 */
export async function findHeadroom(plan: HeadroomPlan, events: HeadroomEvents): Promise<Found> {
  const { range, seeds, lifts, seedsOfLifted } = plan;
  const stages: StageResult[] = [];
  const ground = new TrialLedger(plan.situation, events);
  let { situation } = plan;
  let ledger = ground;
  let lifted: readonly LiftedCause[] = [];
  let stagePlan: StagePlan = { range, seeds, start: fromTheGround(range) };
  for (;;) {
    events.onStage(lifted);
    const measured = await measureStage(ledger, stagePlan, events);
    const tried = await tryRemedies(measured, situation, events);
    stages.push({ ...measured, lifted, remedies: tried.map(({ shown }) => shown) });
    const chosen = choose(tried);
    if (chosen === undefined || stages.length > lifts || events.signal.aborted) break;
    situation = chosen.remedy.change(situation);
    ledger = new TrialLedger(situation, events);
    lifted = [...lifted, liftedCause(chosen.remedy)];
    stagePlan = {
      range,
      seeds: seeds.slice(0, seedsOfLifted),
      start: { load: chosen.shown.load, stride: 2 },
    };
  }
  const [first, ...others] = stages;
  if (!plan.curve || first === undefined) return { stages, curve: null };
  const curve = await measureCurve(ground, first, plan, events);
  return { stages: [{ ...first, ...restateStage(first, curve, range) }, ...others], curve };
}

interface Tried {
  readonly remedy: Remedy;
  readonly shown: TriedRemedy;
}

/** Each remedy by itself, at the least load that failed on a seed that failed by this cause. */
async function tryRemedies(
  { seeds, binding }: MeasuredStage,
  situation: Situation,
  events: HeadroomEvents,
): Promise<readonly Tried[]> {
  if (binding === null || events.signal.aborted) return [];
  const failed = seeds.find(
    (one) => one.binding !== null && sameCause(one.binding, binding.binding),
  );
  const { fails: load = null, seed = 0 } = failed ?? {};
  if (load === null) return [];
  const tryOne = async (remedy: Remedy): Promise<Tried> => {
    const shown = { ...liftedCause(remedy), source: remedy.source, load, seed };
    try {
      const changed = new TrialLedger(remedy.change(situation), events);
      const trial = await changed.ask(load, seed);
      return { remedy, shown: { ...shown, ...outcomeOf(trial, binding.binding) } };
    } catch (error) {
      if (error instanceof UserError) {
        return { remedy, shown: { ...shown, outcome: "impossible", detail: error.message } };
      }
      if (!events.signal.aborted) throw error;
      return { remedy, shown: { ...shown, outcome: "not tried", detail: "" } };
    }
  };
  return Promise.all(remediesFor(binding.binding, situation).map(tryOne));
}

function outcomeOf(
  { binding }: TrialSummary,
  before: Parameters<typeof sameCause>[0],
): Pick<TriedRemedy, "outcome" | "detail"> {
  if (binding === null) return { outcome: "passes", detail: "" };
  const outcome = sameCause(binding, before) ? "stays" : "moves";
  return { outcome, detail: `${nameOf(binding)}. ${binding.detail}` };
}

/** The first that lets the load pass: one that leads to another cause at once makes no room. */
function choose(tried: readonly Tried[]): Tried | undefined {
  return tried.find(({ shown }) => shown.outcome === "passes");
}

function liftedCause({ id, lifts, advice }: Remedy): LiftedCause {
  return { remedy: id, lifts, advice };
}

/** Around the headroom: close where the verdict turns, and far enough to see both sides of it. */
const CURVE_SHARES = [0.25, 0.5, 0.7, 0.85, 0.95, 1, 1.05, 1.15, 1.3, 1.6, 2];
/** Seeds of each load of the curve. */
const CURVE_SEEDS = 3;

async function measureCurve(
  ledger: TrialLedger,
  stage: StageResult,
  { range, seeds }: HeadroomPlan,
  { signal }: HeadroomEvents,
): Promise<readonly TrialSummary[]> {
  const centre = stage.headroom?.median.load;
  if (centre === undefined || signal.aborted) return [];
  const loads = CURVE_SHARES.map((share) =>
    Math.min(range.to, Math.max(range.from, Math.round(centre * share))),
  );
  const asked = [...new Set(loads)].flatMap((load) =>
    seeds.slice(0, CURVE_SEEDS).map((seed) =>
      ledger.ask(load, seed).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      }),
    ),
  );
  return (await Promise.all(asked)).filter((trial) => trial !== undefined);
}
