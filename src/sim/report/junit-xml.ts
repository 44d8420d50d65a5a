import { groupChecks, partialNotice, type CheckGroup } from "./check-groups.ts";
import { withoutControls } from "./plain-text.ts";
import type { Check, Result } from "./result.ts";

/** How a test case ended; `error` is a run that did not get far enough to tell. */
type Outcome =
  | { readonly kind: "passed" }
  | {
      readonly kind: "failure" | "error" | "skipped";
      readonly message: string;
      readonly text: string;
    };

interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly outcome: Outcome;
}

interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * junit.xml: a suite for each group of checks and a test case for each check. The first suite holds
 * the run's own verdict, so that a run without checks, or cut short, is never read as green.
 * Inconclusive checks are skipped ones: JUnit has no closer word.
 */
export function renderJunitXml(result: Result): string {
  const suites = [runSuite(result), ...groupChecks(result.checks).map(groupSuite)];
  const seconds = result.run.durationMs / 1000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll" ${counts(suites.flatMap((suite) => suite.cases))} time="${seconds}">`,
    ...suites.flatMap((suite, index) => suiteXml(suite, index === 0 ? seconds : 0, result)),
    "</testsuites>",
    "",
  ].join("\n");
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

function outcomeOf(verdict: Check["verdict"], message: string, text: string): Outcome {
  switch (verdict) {
    case "pass":
      return { kind: "passed" };
    case "fail":
      return { kind: "failure", message, text };
    case "inconclusive":
      return { kind: "skipped", message: `inconclusive: ${message}`, text };
  }
}

function suiteXml(suite: TestSuite, seconds: number, result: Result): readonly string[] {
  const { run, target } = result;
  const properties = {
    seed: run.seed,
    commit: run.commit,
    target: target.kind,
    limits: target.limits,
    latency: target.latency,
    run: run.id,
  };
  const attributes =
    `name="${escapeXml(suite.name)}" ${counts(suite.cases)} time="${seconds}" ` +
    `timestamp="${escapeXml(run.startedAt)}"`;
  return [
    `  <testsuite ${attributes}>`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeXml(String(value))}"/>`,
    ),
    "    </properties>",
    ...suite.cases.flatMap(caseXml),
    `    <system-out>repeat with: ${escapeXml(run.command)}</system-out>`,
    "  </testsuite>",
  ];
}

function caseXml({ suite, name, outcome }: TestCase): readonly string[] {
  const open = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="0"`;
  if (outcome.kind === "passed") return [`${open}/>`];
  const { kind, message, text } = outcome;
  return [
    `${open}>`,
    `      <${kind} message="${escapeXml(message)}">${escapeXml(text)}</${kind}>`,
    "    </testcase>",
  ];
}

function counts(cases: readonly TestCase[]): string {
  const count = (kind: Outcome["kind"]): number =>
    cases.filter(({ outcome }) => outcome.kind === kind).length;
  return (
    `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" ` +
    `skipped="${count("skipped")}"`
  );
}

/** XML 1.0 cannot hold most control characters, not even as references, so they are replaced. */
function escapeXml(text: string): string {
  return withoutControls(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");
}
