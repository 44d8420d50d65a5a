import { withoutControls } from "./plain-text.ts";

/** How a test case ended; `error` is a run that did not get far enough to tell. */
export type Outcome =
  | { readonly kind: "passed" }
  | {
      readonly kind: "failure" | "error" | "skipped";
      readonly message: string;
      readonly text: string;
    };

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly outcome: Outcome;
}

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/** What holds of all suites. */
export interface JunitFacts {
  readonly seconds: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The command that does it again. */
  readonly command: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/** Suites as JUnit XML. All the time is the first one's. */
export function renderJunit(suites: readonly TestSuite[], facts: JunitFacts): string {
  const { seconds } = facts;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll" ${counts(suites.flatMap((suite) => suite.cases))} time="${seconds}">`,
    ...suites.flatMap((suite, index) => suiteXml(suite, index === 0 ? seconds : 0, facts)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteXml(
  suite: TestSuite,
  seconds: number,
  { properties, startedAt, command }: JunitFacts,
): readonly string[] {
  const attributes =
    `name="${escapeXml(suite.name)}" ${counts(suite.cases)} time="${seconds}" ` +
    `timestamp="${escapeXml(startedAt)}"`;
  return [
    `  <testsuite ${attributes}>`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeXml(String(value))}"/>`,
    ),
    "    </properties>",
    ...suite.cases.flatMap(caseXml),
    `    <system-out>repeat with: ${escapeXml(command)}</system-out>`,
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
