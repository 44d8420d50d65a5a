import type { Check, HotSubject, PhaseLimits } from "../report/result.ts";
import { MINIMUM_SAMPLES, QUEUEING } from "./benchmark-table.ts";
import { formatCount, formatMs, formatRate, plural } from "./check.ts";
import type { RunFacts } from "./facts.ts";

/** A phase in which the limits were asked. */
interface Limited {
  readonly name: string;
  readonly limits: PhaseLimits;
}

/**
 * What production's limits did, or would have done, each with the cause by name. Left out where the
 * limits were off: then nobody can say.
 */
export function limitsChecks(run: RunFacts): readonly Check[] {
  if (run.limitsMode === "off") return [];
  const phases = run.phases.flatMap(({ name, limits }) =>
    limits === null ? [] : [{ name, limits }],
  );
  return [
    refusals(phases),
    hotRanges(phases),
    contendedDocuments(phases),
    queueing(phases),
    ...missingIndexes(run, phases),
  ].map((check) => (run.limitsMode === "observe" ? onlyObserved(check) : check));
}

type Drawn = Pick<Check, "figure" | "value" | "samples" | "verdict" | "detail" | "phase">;
type Row = Pick<Check, "id" | "title" | "target" | "bound" | "unit">;

function check(row: Row, drawn: Omit<Drawn, "phase">, phase?: string): Check {
  return {
    ...row,
    group: "limits",
    section: null,
    basis: "modelled",
    ...(phase === undefined ? {} : { phase }),
    ...drawn,
  };
}

const NOTHING = {
  figure: "no samples",
  value: null,
  samples: 0,
  verdict: "fail",
  detail: "No request reached the gateway, so nothing is shown. An empty metric fails.",
} as const;

function refusals(phases: readonly Limited[]): Check {
  const row = {
    id: "limits.refusals",
    title: "Requests that production refuses",
    target: "0",
    bound: 0,
    unit: "attempts",
  };
  const attempts = sum(phases, ({ commits, queries }) => commits + queries);
  if (attempts === 0) return check(row, NOTHING);
  const refused = sum(phases, ({ refusedAttempts }) => refusedAttempts);
  const first = phases.find(({ limits }) => limits.refusedAttempts > 0);
  const writes = sum(phases, ({ refusedWrites }) => refusedWrites);
  return check(
    row,
    {
      figure: `${formatCount(refused)} of ${formatCount(attempts)} attempts`,
      value: refused,
      samples: attempts,
      verdict: refused === 0 ? "pass" : "fail",
      detail:
        first === undefined
          ? "Every commit and query that arrived was let through."
          : `${causes(first)} ${plural(writes, "write")} refused in all, each try by itself.`,
    },
    first?.name,
  );
}

const CAUSES_TOLD = 2;

function causes({ name, limits }: Limited): string {
  const told = limits.refusals.slice(0, CAUSES_TOLD).map((refusal, index) => {
    const which = `${refusal.limit} on ${refusal.subject}`;
    const times = `${plural(refusal.attempts, "attempt")}, from second ${Math.floor(refusal.firstSecond)} of ${name}`;
    return `${index === 0 ? "Mostly for" : "Also for"} ${which} (${times}). ${refusal.explanation}`;
  });
  const more = limits.refusals.length + limits.refusalsNotListed - told.length;
  return [...told, ...(more > 0 ? [`And for ${plural(more, "cause")} more.`] : [])].join(" ");
}

function hotRanges(phases: readonly Limited[]): Check {
  return heat(
    {
      id: "limits.hot-ranges",
      title: "Hottest range of keys",
      target: "below 100% of what it takes, or nobody waits",
      bound: 100,
      unit: "%",
    },
    phases,
    ({ subjectKind }) => subjectKind === "index-range" || subjectKind === "collection",
    "No range of documents or index entries had any load.",
  );
}

function contendedDocuments(phases: readonly Limited[]): Check {
  return heat(
    {
      id: "limits.contended-documents",
      title: "Hottest document",
      target: "below 100% of what one document takes, or nobody waits",
      bound: 100,
      unit: "%",
    },
    phases,
    ({ subjectKind }) => subjectKind === "document",
    "No document was written often enough to be told apart.",
  );
}

function heat(
  row: Row,
  phases: readonly Limited[],
  isOne: (subject: HotSubject) => boolean,
  none: string,
): Check {
  const writes = sum(phases, (limits) => limits.writes);
  if (writes === 0) return check(row, NOTHING);
  const met = phases
    .flatMap(({ name, limits }) => limits.hottest.filter(isOne).map((hot) => ({ name, hot })))
    .sort(
      (left, right) =>
        Number(isOver(right.hot)) - Number(isOver(left.hot)) ||
        right.hot.utilisation - left.hot.utilisation,
    );
  const [worst] = met;
  if (worst === undefined) {
    return check(row, { figure: "none", value: 0, samples: writes, verdict: "pass", detail: none });
  }
  const over = met.filter(({ hot }) => isOver(hot));
  const percent = Math.round(worst.hot.utilisation * 100);
  return check(
    row,
    {
      figure: `${percent}%${over.length > 1 ? `, ${over.length} too hot` : ""}`,
      value: worst.hot.utilisation * 100,
      samples: writes,
      verdict: over.length === 0 ? "pass" : "fail",
      detail: describeHeat(worst.name, worst.hot),
    },
    worst.name,
  );
}

/** A burst short enough for nobody to wait is none of a range's business. */
function isOver({ utilisation, delayed, refused }: HotSubject): boolean {
  return utilisation >= 1 && delayed + refused > 0;
}

function describeHeat(phase: string, hot: HotSubject): string {
  const rates = `${formatRate(hot.operationsPerSecond)} of ${formatRate(hot.allowedPerSecond)}`;
  const did =
    hot.delayed + hot.refused === 0
      ? ""
      : ` ${formatCount(hot.delayed)} waited for it, ${formatCount(hot.refused)} were refused.`;
  return `${hot.subject} (${hot.limit}): ${rates} at second ${Math.floor(hot.atSecond)} of ${phase}.${did}`;
}

function queueing(phases: readonly Limited[]): Check {
  const { boundMs, quantile } = QUEUEING;
  const row = {
    id: "limits.queueing",
    title: "Waiting for production's limits",
    target: `${quantile} < ${formatMs(boundMs)}`,
    bound: boundMs,
    unit: "ms",
  };
  const samples = sum(phases, (limits) => limits.queueing.samples);
  const [worst] = [...phases].sort(
    (left, right) => right.limits.queueing.p99Ms - left.limits.queueing.p99Ms,
  );
  if (worst === undefined || samples === 0) return check(row, NOTHING);
  const { p99Ms, meanMs, maxMs } = worst.limits.queueing;
  const carries = worst.limits.queueing.samples >= MINIMUM_SAMPLES[quantile];
  const hottest = worst.limits.hottest.find(({ delayed }) => delayed > 0);
  const most = hottest === undefined ? "" : ` Most of all for ${hottest.subject}.`;
  return check(
    row,
    {
      figure: `${quantile} ${formatMs(p99Ms)}`,
      value: p99Ms,
      samples,
      verdict: p99Ms >= boundMs ? "fail" : carries ? "pass" : "inconclusive",
      detail: `Worst: ${worst.name} (mean ${formatMs(meanMs)}, max ${formatMs(maxMs)}; ${plural(worst.limits.delayedWrites, "write")} waited).${most}`,
    },
    worst.name,
  );
}

/** Left out where no lane of any phase asks queries. */
function missingIndexes(run: RunFacts, phases: readonly Limited[]): readonly Check[] {
  const row = {
    id: "limits.missing-indexes",
    title: "Queries without their index",
    target: "0",
    bound: 0,
    unit: "queries",
  };
  const queries = sum(phases, (limits) => limits.queries);
  const missing = phases.flatMap(({ name, limits }) =>
    limits.missingIndexes.map((index) => ({ name, index })),
  );
  const refused = missing.reduce((total, { index }) => total + index.queries, 0);
  const [first] = missing;
  if (queries === 0) {
    const asks = run.phases.some(({ hasPulse, hasClients }) => hasPulse || hasClients);
    return asks || run.phases.length === 0 ? [check(row, NOTHING)] : [];
  }
  const drawn: Omit<Drawn, "phase"> = {
    figure: formatCount(refused),
    value: refused,
    samples: queries,
    verdict: refused === 0 ? "pass" : "fail",
    detail:
      first === undefined
        ? "Every query had its index."
        : `${first.index.collectionGroup}, in ${first.name}. Add to firestore.indexes.json: ${first.index.json.replaceAll(/\s+/g, " ")}`,
  };
  return [check(row, drawn, first?.name)];
}

function onlyObserved(observed: Check): Check {
  return {
    ...observed,
    title: `${observed.title} (only observed)`,
    detail: `${observed.detail} The limits were not enforced: this is what production would have done.`,
  };
}

function sum(phases: readonly Limited[], count: (limits: PhaseLimits) => number): number {
  return phases.reduce((total, { limits }) => total + count(limits), 0);
}
