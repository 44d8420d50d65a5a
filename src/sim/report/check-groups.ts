import type { Check, Result, Verdict } from "./result.ts";

/** The word that stands for a verdict wherever people read it; colour only ever comes on top. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: "PASS",
  fail: "FAIL",
  inconclusive: "INCONCLUSIVE",
};

const GROUP_TITLES: Readonly<Record<Check["group"], string>> = {
  benchmark: "Benchmark",
  throughput: "Write throughput",
  limits: "Limits of production",
  limiter: "Limiter compliance",
  data: "Data in the database",
  harness: "The harness itself",
};

export interface CheckGroup {
  readonly group: Check["group"];
  readonly title: string;
  readonly checks: readonly Check[];
}

/** The checks by group, in the order every report shows them; groups without checks are left out. */
export function groupChecks(checks: readonly Check[]): readonly CheckGroup[] {
  const names = Object.keys(GROUP_TITLES) as readonly Check["group"][];
  return names
    .map((group) => ({
      group,
      title: GROUP_TITLES[group],
      checks: checks.filter((check) => check.group === group),
    }))
    .filter((group) => group.checks.length > 0);
}

/** "12 passed, 2 failed, 1 inconclusive"; "no checks" when there are none. */
export function tallyChecks(checks: readonly Check[]): string {
  if (checks.length === 0) return "no checks";
  const count = (verdict: Verdict): number =>
    checks.filter((check) => check.verdict === verdict).length;
  return `${count("pass")} passed, ${count("fail")} failed, ${count("inconclusive")} inconclusive`;
}

/** What is shown when a run was cut short; null when it was not. */
export function partialNotice(result: Result): string | null {
  if (result.run.status === "complete") return null;
  const reason = result.run.partialReason ?? "the reason was not recorded";
  return `The run was cut short: ${reason}. Its figures cover only what was run until then.`;
}

/** What broke first, in words. */
export function brokeFirstMessage({ brokeFirst }: Result): string {
  return brokeFirst?.message ?? "Nothing was seen to break.";
}

/** What is shown when a run has no checks at all. */
export const NO_CHECKS = "No checks were made, so nothing was verified.";
