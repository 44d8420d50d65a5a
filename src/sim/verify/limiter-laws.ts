import type { LimiterUse, TenantUse, Worst } from "../measure/limiter-watch.ts";
import type { Check } from "../report/result.ts";
import { formatMs, plural } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/** Whose limiter it was, and the phase. */
interface Used {
  readonly phase: PhaseFacts;
  readonly use: LimiterUse;
}

/**
 * What a limiter that paces evenly promises beyond its limits, watched from outside at its port.
 * Left out for strategies that promise nothing of the kind: the printed algorithm sends all at once.
 */
export function limiterLaws(run: RunFacts): readonly Check[] {
  const uses = run.phases.flatMap((phase) =>
    phase.limiterUses.map((use): Used => ({ phase, use })),
  );
  if (uses.length === 0) return [];
  return [statedRate(run, uses), explainedWaits(run, uses), evenTenants(run, uses)];
}

type Drawn = Pick<Check, "figure" | "value" | "bound" | "verdict" | "detail">;

const NOTHING = {
  figure: "no samples",
  value: null,
  bound: null,
  verdict: "fail",
  detail: "Nothing was reserved.",
} as const;

function check(
  run: RunFacts,
  uses: readonly Used[],
  row: Pick<Check, "id" | "title" | "target" | "unit">,
  drawn: Drawn | undefined,
  phase?: string,
): Check {
  return {
    ...row,
    group: "limiter",
    section: "3",
    ...(phase === undefined ? {} : { phase }),
    samples: uses.reduce((total, { use }) => total + use.reservations, 0),
    basis: run.basis,
    ...(drawn ?? NOTHING),
  };
}

/** A token too many: more was let through than the limiter itself says it lets through. */
function statedRate(run: RunFacts, uses: readonly Used[]): Check {
  const row = {
    id: "limiter.rate",
    title: "Ahead of the rate it states",
    target: "at most the two commits just sent",
    unit: "ms",
  };
  const worst = worstOf(uses, ({ ahead }) => ahead);
  if (worst === undefined) return check(run, uses, row, undefined);
  const { figureMs, allowedMs } = worst.worst;
  const keeps = figureMs <= allowedMs;
  const drawn: Drawn = {
    figure: `${formatMs(figureMs)} of its rate`,
    value: figureMs,
    bound: allowedMs,
    verdict: keeps ? "pass" : "fail",
    detail: keeps
      ? `In ${worst.phase.name}; two commits are worth ${formatMs(allowedMs)}.`
      : `${formatMs(figureMs - allowedMs)} more than two commits are worth, ${momentOf(worst)}: it let through what its own rate would have sent only later. Tokens were granted that nobody had.`,
  };
  return check(run, uses, row, drawn, worst.phase.name);
}

/** A token too few: somebody waited, and nothing before them in line explains it. */
function explainedWaits(run: RunFacts, uses: readonly Used[]): Check {
  const row = {
    id: "limiter.waits",
    title: "Waits that the line explains",
    target: "nobody waits longer than what stands before them takes",
    unit: "ms",
  };
  const worst = worstOf(uses, ({ wait }) => wait);
  if (worst === undefined) return check(run, uses, row, undefined);
  const { figureMs, allowedMs, tenantId } = worst.worst;
  const keeps = figureMs <= allowedMs;
  const drawn: Drawn = {
    figure: `${formatMs(figureMs)} of ${formatMs(allowedMs)} explained`,
    value: figureMs,
    bound: allowedMs,
    verdict: keeps ? "pass" : "fail",
    detail: keeps
      ? `The wait nearest to its bound, in ${worst.phase.name}.`
      : `A commit of tenant ${tenantId} was put off for ${formatMs(figureMs)} ${momentOf(worst)}; what was granted before it and not yet sent takes ${formatMs(allowedMs)} at most. Tokens were lost: the limiter lets through less than it states.`,
  };
  return check(run, uses, row, drawn, worst.phase.name);
}

/** Fewer commits than this, and one of them decides a tenant's mean. */
const COMMITS_MIN = 3;

/** Within this, waits are the same: one slow commit, or the last place of a line that all stand in. */
const SAME_FACTOR = 2;
const SAME_MS = 250;

/** Who asks for this share of what another asks for asks for as much. */
const AS_MUCH_SHARE = 0.9;

interface Starved {
  readonly tenant: TenantUse;
  readonly meanMs: number;
  /** The mean of those who asked for as much or more, on equal terms; or of all at those moments. */
  readonly othersMs: number;
  readonly others: number;
  readonly excessMs: number;
}

/** A leak: a tenant waits for what others asked. */
function evenTenants(run: RunFacts, uses: readonly Used[]): Check {
  const row = {
    id: "limiter.fairness",
    title: "No tenant waits for another's demand",
    target: `mean wait at most ${SAME_FACTOR} times that of tenants who ask as much or more, then and on average, + ${formatMs(SAME_MS)}`,
    unit: "ms",
  };
  const found = uses.flatMap(({ phase, use }) => {
    const worst = worstTenant(use.tenants, run.limits.termsOf);
    return worst === undefined ? [] : [{ phase, worst }];
  });
  const [first] = found.sort((left, right) => right.worst.excessMs - left.worst.excessMs);
  const asked = uses.some(({ use }) => use.tenants.length > 0);
  if (first === undefined) {
    const alone = "No two tenants asked often enough, on equal terms, to be compared.";
    const none: Drawn = { figure: "0.0 ms", value: 0, bound: 0, verdict: "pass", detail: alone };
    return check(run, uses, row, asked ? none : undefined);
  }
  const { tenant, meanMs, othersMs, others, excessMs } = first.worst;
  const keeps = excessMs <= 0;
  const drawn: Drawn = {
    figure: `${formatMs(meanMs)} against ${formatMs(othersMs)}`,
    value: meanMs,
    bound: othersMs * SAME_FACTOR + SAME_MS,
    verdict: keeps ? "pass" : "fail",
    detail: `${keeps ? "Furthest apart" : "Starved"} in ${first.phase.name}: tenant ${tenant.tenantId} asked for ${plural(tenant.writes, "write")} and waited ${formatMs(meanMs)} a commit, ${plural(others, "tenant")} that asked for as much or more ${formatMs(othersMs)}.${keeps ? "" : " It is charged for what others send."}`,
  };
  return check(run, uses, row, drawn, first.phase.name);
}

/** Of one limiter's tenants, the one that waited longest beyond those who asked for no less. */
export function worstTenant(
  tenants: readonly TenantUse[],
  termsOf: (tenantId: string) => string,
): Starved | undefined {
  const groups = new Map<string, TenantUse[]>();
  for (const tenant of tenants) {
    if (tenant.commits < COMMITS_MIN) continue;
    const terms = termsOf(tenant.tenantId);
    const group = groups.get(terms);
    if (group === undefined) groups.set(terms, [tenant]);
    else group.push(tenant);
  }
  let worst: Starved | undefined;
  for (const group of groups.values()) {
    // Those who ask for most come first: the others of each are a beginning of the list.
    group.sort((left, right) => right.writes - left.writes);
    const pool = { tenants: 0, commits: 0, waitMs: 0 };
    for (const tenant of group) {
      for (let next = group[pool.tenants]; next !== undefined; next = group[pool.tenants]) {
        if (next.writes < tenant.writes * AS_MUCH_SHARE) break;
        pool.tenants += 1;
        pool.commits += next.commits;
        pool.waitMs += next.waitMs;
      }
      if (pool.tenants < 2) continue;
      const starved = compared(tenant, pool);
      if (worst === undefined || starved.excessMs > worst.excessMs) worst = starved;
    }
  }
  return worst;
}

/** `pool`: those who ask for as much or more, the tenant itself among them. */
function compared(
  tenant: TenantUse,
  pool: { readonly tenants: number; readonly commits: number; readonly waitMs: number },
): Starved {
  const meanMs = tenant.waitMs / tenant.commits;
  const others = pool.tenants - 1;
  const pooledMs = (pool.waitMs - tenant.waitMs) / (pool.commits - tenant.commits);
  // Who asks late, when the line has grown long, waits longer than the others did on average.
  const othersMs = Math.max(pooledMs, tenant.othersWaitMs / tenant.commits);
  const excessMs = meanMs - (othersMs * SAME_FACTOR + SAME_MS);
  return { tenant, meanMs, othersMs, others, excessMs };
}

/** "at second 12 of high-volatility". */
function momentOf({ phase, worst }: WorstUse): string {
  return `at second ${Math.floor(worst.atSecond)} of ${phase.name}`;
}

interface WorstUse {
  readonly phase: PhaseFacts;
  readonly worst: Worst;
}

function worstOf(
  uses: readonly Used[],
  of: (use: LimiterUse) => Worst | null,
): WorstUse | undefined {
  const found = uses.flatMap(({ phase, use }): readonly WorstUse[] => {
    const worst = of(use);
    return worst === null ? [] : [{ phase, worst }];
  });
  const excess = ({ worst }: WorstUse): number => worst.figureMs - worst.allowedMs;
  const [first] = found.sort((left, right) => excess(right) - excess(left));
  return first;
}
