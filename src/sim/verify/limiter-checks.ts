import type { Check } from "../report/result.ts";
import { formatCount } from "./check.ts";
import { drives, type PhaseFacts, type RunFacts } from "./facts.ts";
import { limiterLaws } from "./limiter-laws.ts";

/** Whether the limiter's limits were kept, counted from the pulse's commits as they were sent. */
export function limiterChecks(run: RunFacts): readonly Check[] {
  if (!drives(run, ({ hasPulse }) => hasPulse)) return [];
  return [worstSecond(run), worstDocument(run), ...limiterLaws(run)];
}

function worstSecond(run: RunFacts): Check {
  const { limits } = run;
  const [worst] = [...run.phases].sort(
    (left, right) => right.worstSecond.writes - left.worstSecond.writes,
  );
  const writes = worst?.worstSecond.writes ?? 0;
  const over = writes - limits.batchWriteLimit;
  return {
    ...common(run, worst),
    id: "limiter.worst-second",
    title: "Writes in the worst second",
    section: "3",
    target: `at most ${formatCount(limits.batchWriteLimit)} in any second`,
    figure: writes === 0 ? "no samples" : `${formatCount(writes)} writes`,
    value: writes,
    bound: limits.batchWriteLimit,
    unit: "writes",
    verdict: writes > 0 && over <= 0 ? "pass" : "fail",
    detail: worstSecondDetail(run, worst, over),
  };
}

function worstSecondDetail(run: RunFacts, worst: PhaseFacts | undefined, over: number): string {
  if (worst === undefined) return "Nothing was committed.";
  const second = Math.floor(worst.worstSecond.atSecond);
  const counted = `Counted in a sliding second over the commits as they were sent, failed tries included; as the server applied them, ${formatCount(worst.worstSecondApplied)}.`;
  return over > 0
    ? `${formatCount(over)} over what ${run.limits.source} allows, from second ${second} of ${worst.name}. ${counted}`
    : `In ${worst.name}. ${counted}`;
}

function worstDocument(run: RunFacts): Check {
  const { limits } = run;
  const [worst] = [...run.phases].sort(
    (left, right) => right.worstDocument.writesInOneSecond - left.worstDocument.writesInOneSecond,
  );
  const writes = worst?.worstDocument.writesInOneSecond ?? 0;
  const path = worst?.worstDocument.path ?? "";
  return {
    ...common(run, worst),
    id: "limiter.worst-document",
    title: "Writes to one document in a second",
    section: "3",
    target: `at most ${formatCount(limits.docWriteLimit)}`,
    figure: writes === 0 ? "no samples" : formatCount(writes),
    value: writes,
    bound: limits.docWriteLimit,
    unit: "writes",
    verdict: writes > 0 && writes <= limits.docWriteLimit ? "pass" : "fail",
    detail:
      writes === 0
        ? "Nothing was committed."
        : `${path}. Firestore contends softly from about 1 write a second to a document.`,
  };
}

function common(
  run: RunFacts,
  worst: PhaseFacts | undefined,
): Pick<Check, "group" | "samples" | "basis" | "phase"> {
  const samples = run.phases.reduce((total, { counts }) => total + counts.writesCommitted, 0);
  return {
    group: "limiter",
    samples,
    basis: run.basis,
    ...(worst === undefined ? {} : { phase: worst.name }),
  };
}
