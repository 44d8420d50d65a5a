import type { AuditInput } from "./audit-input.ts";
import { costFindings } from "./cost-findings.ts";
import { exemptionFindings } from "./exemption-findings.ts";
import { SEVERITIES, type Finding, type Severity } from "./finding.ts";
import { limitFindings } from "./limit-findings.ts";
import { queryFindings } from "./query-findings.ts";
import { rulesFindings } from "./rules-findings.ts";
import { sequentialFindings } from "./sequential-findings.ts";

/** What an audit found, the worst first, then in the order of files and lines. */
export interface AuditReport {
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Severity, number>>;
  readonly inputs: {
    readonly indexes: string;
    readonly rules: string | null;
    readonly queries: number;
    readonly composites: number;
    readonly overrides: number;
  };
  /** What the findings rest on, and what was not looked at. */
  readonly notes: readonly string[];
}

/** Looks at files as they are. Pure: nothing is run, nothing is read. */
export function audit(input: AuditInput, notes: readonly string[]): AuditReport {
  const findings = [
    ...queryFindings(input),
    ...exemptionFindings(input),
    ...sequentialFindings(input),
    ...limitFindings(input),
    ...costFindings(input),
    ...rulesFindings(input),
  ].toSorted(compareFindings);
  const countOf = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const { file, name } = input.indexes;
  return {
    findings,
    counts: { error: countOf("error"), warning: countOf("warning"), info: countOf("info") },
    inputs: {
      indexes: name,
      rules: input.rules?.name ?? null,
      queries: input.queries.length,
      composites: file.indexes.length,
      overrides: file.fieldOverrides.length,
    },
    notes,
  };
}

function compareFindings(left: Finding, right: Finding): number {
  return (
    SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
    compareTexts(left.where.file, right.where.file) ||
    left.where.line - right.where.line ||
    compareTexts(left.id, right.id)
  );
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
