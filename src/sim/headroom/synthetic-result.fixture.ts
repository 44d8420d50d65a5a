import type { Check, HotSubject, Phase, PhaseLimits, Result } from "../report/result.ts";
import { fixtureResult } from "../report/result.fixture.ts";

/** What a made-up trial came to. Without a failed check it met them all. */
export interface Synthetic {
  readonly failed?: readonly (Partial<Check> & Pick<Check, "id" | "group">)[];
  readonly undecided?: readonly string[];
  readonly limits?: Partial<PhaseLimits> | null;
  readonly phase?: Partial<Phase>;
  readonly limiter?: Partial<Result["limiter"]>;
}

const CALM: PhaseLimits = {
  mode: "on",
  warmedTo: null,
  commits: 100,
  queries: 20,
  writes: 500,
  indexEntries: 0,
  commitsSent: 100,
  refusedAttempts: 0,
  refusedWrites: 0,
  delayedWrites: 0,
  queueing: { samples: 120, meanMs: 0, p99Ms: 0, maxMs: 0 },
  refusals: [],
  refusalsNotListed: 0,
  hottest: [],
  missingIndexes: [],
};

/** Made once: its histograms are dear. */
const WHOLE = fixtureResult();

export function syntheticResult(made: Synthetic = {}): Result {
  const whole = WHOLE;
  const [phase] = whole.phases;
  const [check] = whole.checks;
  if (phase === undefined || check === undefined) throw new Error("the fixture is empty");
  const failed = (made.failed ?? []).map((one): Check => ({
    ...check,
    phase: phase.name,
    ...one,
    verdict: "fail",
  }));
  const undecided = (made.undecided ?? []).map((id): Check => ({
    ...check,
    id,
    verdict: "inconclusive",
  }));
  const [first] = failed;
  const { limits: _, ...unlimited } = phase;
  return {
    ...whole,
    limiter: { ...whole.limiter, strategy: "paced", ...made.limiter },
    checks: [{ ...check, verdict: "pass" }, ...undecided, ...failed],
    brokeFirst:
      first === undefined ? null : { checkId: first.id, phase: phase.name, message: "it broke" },
    phases: [
      {
        ...unlimited,
        limiterWaitMs: 0,
        limiterWaits: {},
        ...made.phase,
        ...(made.limits === null ? {} : { limits: { ...CALM, ...made.limits } }),
      },
    ],
    series: [],
  };
}

export function hot(limit: string, subject: string, fields: Partial<HotSubject> = {}): HotSubject {
  return {
    limit,
    subject,
    subjectKind: subject.startsWith("document") ? "document" : "index-range",
    operationsPerSecond: 600,
    allowedPerSecond: 560,
    utilisation: 600 / 560,
    atSecond: 3.7,
    delayed: 10,
    refused: 0,
    ...fields,
  };
}
