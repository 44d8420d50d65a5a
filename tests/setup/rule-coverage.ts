import { z } from "zod";

/** What the emulator noted of one expression: its place in the rules file and what it came to. */
interface Expression {
  readonly sourcePosition: { readonly currentOffset: number; readonly endOffset: number };
  readonly values: readonly { readonly value: Readonly<Record<string, unknown>> }[];
  readonly children: readonly Expression[];
}

const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.object({
    sourcePosition: z.object({ currentOffset: z.number(), endOffset: z.number() }),
    values: z.array(z.object({ value: z.record(z.string(), z.unknown()).default({}) })).default([]),
    children: z.array(expressionSchema).default([]),
  }),
);

const coverageSchema = z.object({
  rules: z.object({ files: z.array(z.object({ content: z.string() })).min(1) }),
  report: z.array(expressionSchema).default([]),
});

export interface RuleCoverage {
  /** Expressions of the rules file. The constant conditions `if false` are not among them. */
  readonly expressions: number;
  /** Those that never came to anything, or always to the same truth value: line and text. */
  readonly oneSided: readonly string[];
}

type Outcome = "true" | "false" | "error" | "other";

const undefinedSchema = z.object({ causeMessage: z.string().optional() });

/**
 * Reads the emulator's rule coverage
 * (https://firebase.google.com/docs/firestore/security/test-rules-emulator#generate_test_reports).
 * An expression that ends in an error refuses the request, so an error counts as "not true".
 */
export async function readRuleCoverage(endpoint: string, projectId: string): Promise<RuleCoverage> {
  const response = await fetch(`http://${endpoint}/emulator/v1/projects/${projectId}:ruleCoverage`);
  if (!response.ok) throw new Error(`ruleCoverage: HTTP ${response.status}`);
  const { rules, report } = coverageSchema.parse(await response.json());
  const source = rules.files[0]?.content ?? "";
  const byPlace = new Map<string, Set<Outcome>>();
  for (const expression of report.flatMap(descend)) {
    const { currentOffset, endOffset } = expression.sourcePosition;
    const place = describePlace(source, currentOffset, endOffset);
    const outcomes = byPlace.get(place) ?? new Set<Outcome>();
    for (const { value } of expression.values) {
      const outcome = outcomeOf(value);
      if (outcome !== "not-evaluated") outcomes.add(outcome);
    }
    byPlace.set(place, outcomes);
  }
  const oneSided = [...byPlace].filter(([, outcomes]) => isOneSided(outcomes));
  return { expressions: byPlace.size, oneSided: oneSided.map(([place]) => place) };
}

/** Functions are reported once for each call, so one place comes several times. */
function descend(expression: Expression): readonly Expression[] {
  return [expression, ...expression.children.flatMap(descend)];
}

/** An undefined value with a cause is an error; one without was cut short by `&&` or `||`. */
function outcomeOf(value: Readonly<Record<string, unknown>>): Outcome | "not-evaluated" {
  if ("boolValue" in value) return value["boolValue"] === true ? "true" : "false";
  if (!("undefined" in value)) return "other";
  const { causeMessage } = undefinedSchema.parse(value["undefined"]);
  return causeMessage === undefined ? "not-evaluated" : "error";
}

function isOneSided(outcomes: ReadonlySet<Outcome>): boolean {
  if (outcomes.size === 0) return true;
  if (outcomes.has("true")) return outcomes.size === 1;
  return outcomes.has("false");
}

function describePlace(source: string, start: number, end: number): string {
  const line = source.slice(0, start).split("\n").length;
  return `line ${line}: ${source.slice(start, end).replaceAll(/\s+/g, " ")}`;
}
