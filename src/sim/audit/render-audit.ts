import type { AuditReport } from "./audit.ts";
import { count } from "./exemption-findings.ts";
import type { Finding, Severity } from "./finding.ts";

export const AUDIT_FORMATS = ["text", "json", "md"] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** Colours a severity or a dim text; the identity where colour is not wanted. */
export type PaintFinding = (kind: Severity | "dim" | "bold", text: string) => string;

export function renderAudit(report: AuditReport, format: AuditFormat, paint: PaintFinding): string {
  switch (format) {
    case "text":
      return renderText(report, paint);
    case "json":
      return `${JSON.stringify({ version: 1, ...report }, undefined, 2)}\n`;
    case "md":
      return renderMarkdown(report);
  }
}

/** "2 errors, 1 warning, 30 for information" */
export function countsText({ counts }: AuditReport): string {
  return `${count(counts.error, "error", "errors")}, ${count(counts.warning, "warning", "warnings")}, ${counts.info} for information`;
}

function subjectOf({ inputs }: AuditReport): string {
  const rules = inputs.rules === null ? "" : ` and ${inputs.rules}`;
  return [
    `${inputs.indexes}${rules}: ${count(inputs.composites, "composite index", "composite indexes")}`,
    count(inputs.overrides, "override", "overrides"),
    count(inputs.queries, "query", "queries"),
  ].join(", ");
}

function placeText({ where }: Finding): string {
  return `${where.file}:${where.line}`;
}

function renderText(report: AuditReport, paint: PaintFinding): string {
  const blocks = report.findings.map((finding) => {
    const { severity, id, what, why, remedy } = finding;
    const head = `${paint(severity, severity)} ${paint("bold", id)} ${paint("dim", placeText(finding))}`;
    const lines = [head, `  ${what}`, `  why: ${why}`];
    if (remedy !== null) lines.push(`  remedy: ${remedy.text}`);
    if (remedy?.paste) lines.push(indent(JSON.stringify(remedy.paste.entry, undefined, 2), "    "));
    return lines.join("\n");
  });
  const notes = report.notes.map((note) => `note: ${note}`);
  const total = `${countsText(report)}.`;
  return `${[subjectOf(report), ...blocks, ...(notes.length === 0 ? [] : [notes.join("\n")]), total].join("\n\n")}\n`;
}

function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => by + line)
    .join("\n");
}

const TITLES: Readonly<Record<Severity, string>> = {
  error: "Errors",
  warning: "Warnings",
  info: "For information",
};

function renderMarkdown(report: AuditReport): string {
  const sections = (["error", "warning", "info"] as const).flatMap((severity) => {
    const findings = report.findings.filter((finding) => finding.severity === severity);
    if (findings.length === 0) return [];
    return [`## ${TITLES[severity]} (${findings.length})`, ...findings.map(markdownFinding)];
  });
  const notes = report.notes.map((note) => `- ${escapeMarkdown(note)}`);
  return `${[
    "# Audit",
    `${escapeMarkdown(subjectOf(report))}. **${countsText(report)}.**`,
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
    ...sections,
  ].join("\n\n")}\n`;
}

function markdownFinding(finding: Finding): string {
  const { id, what, why, remedy } = finding;
  const parts = [
    `### \`${id}\` at \`${placeText(finding)}\``,
    escapeMarkdown(what),
    escapeMarkdown(why),
  ];
  if (remedy !== null) parts.push(`**Remedy.** ${escapeMarkdown(remedy.text)}`);
  if (remedy?.paste) {
    parts.push(`\`\`\`json\n${JSON.stringify(remedy.paste.entry, undefined, 2)}\n\`\`\``);
  }
  return parts.join("\n\n");
}

/** Field paths and file names may hold what Markdown reads as markup; addresses stay as they are. */
function escapeMarkdown(text: string): string {
  return text
    .split(/(https:\/\/[^\s)"]+)/)
    .map((part, at) =>
      at % 2 === 1 ? part : part.replaceAll(/[\\`*_{}[\]<>|#]/g, String.raw`\$&`),
    )
    .join("");
}
