import { groupChecks, partialNotice, type CheckGroup } from "./check-groups.ts";
import { renderJunit, type Outcome, type TestCase, type TestSuite } from "./junit-suites.ts";
import type { Check, Result } from "./result.ts";

/**
 * junit.xml: a suite for each group of checks and a test case for each check. The first suite holds
 * the run's own verdict, so that a run without checks, or cut short, is never read as green.
 * Inconclusive checks are skipped ones: JUnit has no closer word.
 */
export function renderJunitXml(result: Result): string {
  const { run, target } = result;
  return renderJunit(resultSuites(result), {
    seconds: run.durationMs / 1000,
    startedAt: run.startedAt,
    command: run.command,
    properties: {
      seed: run.seed,
      commit: run.commit,
      target: target.kind,
      limits: target.limits,
      latency: target.latency,
      run: run.id,
    },
  });
}

/** A suite for each group of checks. */
export function checkSuites(checks: readonly Check[]): readonly TestSuite[] {
  return groupChecks(checks).map(groupSuite);
}

/** The suites of a run; each name begins with `prefix` where several runs are told of together. */
export function resultSuites(result: Result, prefix = ""): readonly TestSuite[] {
  return [runSuite(result), ...checkSuites(result.checks)].map(({ name, cases }) => ({
    name: `${prefix}${name}`,
    cases: cases.map((one) => ({ ...one, suite: `${prefix}${one.suite}` })),
  }));
}

function runSuite(result: Result): TestSuite {
  return {
    name: "plimsoll.run",
    cases: [{ suite: "plimsoll.run", name: "verdict of the run", outcome: runOutcome(result) }],
  };
}

function runOutcome(result: Result): Outcome {
  const notice = partialNotice(result);
  const text = result.brokeFirst?.message ?? "";
  if (notice !== null) return { kind: "error", message: notice, text };
  return outcomeOf(result.verdict, result.headline, text);
}

function groupSuite(group: CheckGroup): TestSuite {
  const name = `plimsoll.${group.group}`;
  return { name, cases: group.checks.map((check) => checkCase(name, check)) };
}

function checkCase(suite: string, check: Check): TestCase {
  const message = `${check.figure}, target ${check.target} (${check.basis}, ${check.samples} samples)`;
  return {
    suite,
    name: `${check.title}: ${check.target}`,
    outcome: outcomeOf(check.verdict, message, check.detail),
  };
}

export function outcomeOf(verdict: Check["verdict"], message: string, text: string): Outcome {
  switch (verdict) {
    case "pass":
      return { kind: "passed" };
    case "fail":
      return { kind: "failure", message, text };
    case "inconclusive":
      return { kind: "skipped", message: `inconclusive: ${message}`, text };
  }
}
