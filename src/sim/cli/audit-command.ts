import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { audit, type AuditReport } from "../audit/audit.ts";
import { isAtLeast, SEVERITIES, type Severity } from "../audit/finding.ts";
import { AUDIT_FORMATS, countsText, renderAudit, type AuditFormat } from "../audit/render-audit.ts";
import { prepareAudit, type AuditFile, type AuditFiles } from "../audit/prepare-audit.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { createPaint, type Colour } from "./paint.ts";
import { INDEXES_FILE, RULES_FILE } from "./project-files.ts";
import { takenOnce } from "./taken-once.ts";
import { writeOutput, writeWhole } from "./write-output.ts";

const THRESHOLDS = [...SEVERITIES, "never"] as const;
type Threshold = (typeof THRESHOLDS)[number];

const CATALOGUE_FILE = fileURLToPath(new URL("../../system/schema/catalogue.ts", import.meta.url));

const EXAMPLES = `
Examples:
  npm run sim -- audit
      the service's own indexes, rules, queries and schema
  npm run sim -- audit --indexes FILE --rules FILE --queries FILE
      somebody else's; the form of the queries' file is in docs/audit.md
  npm run sim -- audit --format md --output audit.md --fail-on warning
      a page for a pull request, and exit code 99 when it holds a warning

Exit codes:
  0   nothing was found at or above --fail-on
  99  something was
  2   bad usage: an option or a file must be put right; the text says which line
`;

export function createAuditCommand(context: CliContext): CliCommand {
  const command = new Command("audit")
    .summary("judge indexes, rules and schema without running anything")
    .description(
      "Look at indexes, security rules, queries and schema as they are written: missing and unused\n" +
        "indexes, exemptions that exempt nothing, ends of indexes that grow hot, what writes cost.",
    );
  for (const { flag, describe } of OPTIONS) {
    command.addOption(new Option(flag, describe).argParser(takenOnce(flag)));
  }
  command.addHelpText("after", EXAMPLES);
  return { command, run: (parsed) => runAudit(parsed, context) };
}

const OPTIONS = [
  { flag: "--indexes <file>", describe: "a firestore.indexes.json (default: the service's)" },
  {
    flag: "--rules <file>",
    describe: "its firestore.rules (default: the service's, if the indexes are)",
  },
  { flag: "--queries <file>", describe: "its queries, as JSON (default: the service's)" },
  { flag: "--format <format>", describe: `${AUDIT_FORMATS.join(", ")} (default: text)` },
  { flag: "--fail-on <severity>", describe: `${THRESHOLDS.join(", ")} (default: error)` },
  { flag: "--output <file>", describe: "write there instead of on standard output" },
] as const;

async function runAudit(
  parsed: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<ExitCode> {
  const format = choose("--format", parsed["format"], AUDIT_FORMATS, "text");
  const threshold = choose("--fail-on", parsed["failOn"], THRESHOLDS, "error");
  const report = prepare(await readFiles(parsed));
  await write(report, format, textOption(parsed["output"]), context);
  return isFailed(report, threshold) ? EXIT_CODES.checkFailed : EXIT_CODES.pass;
}

function choose<Choice extends string>(
  flag: string,
  given: unknown,
  choices: readonly Choice[],
  standard: Choice,
): Choice {
  const text = textOption(given) ?? standard;
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new UserError(
    "E_BAD_OPTIONS",
    `${flag}: ${JSON.stringify(text)} is not accepted. Accepted: ${choices.join(", ")}.`,
    "Run `npm run sim -- audit --help` for all options. Nothing was audited.",
  );
}

function textOption(given: unknown): string | undefined {
  return typeof given === "string" ? given : undefined;
}

async function readFiles(parsed: Readonly<Record<string, unknown>>): Promise<AuditFiles> {
  const indexes = textOption(parsed["indexes"]);
  const rules = textOption(parsed["rules"]);
  const queries = textOption(parsed["queries"]);
  return {
    indexes: await read("--indexes", indexes ?? INDEXES_FILE),
    isOwnIndexes: indexes === undefined,
    rules:
      rules === undefined && indexes !== undefined
        ? undefined
        : await read("--rules", rules ?? RULES_FILE),
    queries: queries === undefined ? undefined : await read("--queries", queries),
    catalogue: await read("the schema", CATALOGUE_FILE),
  };
}

async function read(option: string, path: string): Promise<AuditFile> {
  const name = relative(process.cwd(), path);
  try {
    return { name: name.startsWith("..") ? path : name, text: await readFile(path, "utf8") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "E_AUDIT_FILE",
      `${option}: "${path}" cannot be read: ${reason}. Accepted: a file.`,
      "Nothing was audited.",
      { cause: error },
    );
  }
}

function prepare(files: AuditFiles): AuditReport {
  const prepared = prepareAudit(files);
  if (prepared.kind === "ready") return audit(prepared.input, prepared.notes);
  throw new UserError(
    "E_AUDIT_FILE",
    prepared.faults.join("\n"),
    "docs/audit.md says what the files hold. Nothing was audited.",
  );
}

const COLOURS: Readonly<Record<Severity | "dim" | "bold", Colour>> = {
  error: "red",
  warning: "yellow",
  info: "green",
  dim: "dim",
  bold: "bold",
};

async function write(
  report: AuditReport,
  format: AuditFormat,
  output: string | undefined,
  { stdout, machine }: CliContext,
): Promise<void> {
  const fault = (what: string, cause: Error): UserError =>
    new UserError("E_AUDIT_OUTPUT", what, "The audit was made, and is lost; run it again.", {
      cause,
    });
  if (output === undefined) {
    const paint = createPaint(stdout, machine.environment);
    const text = renderAudit(report, format, (kind, part) => paint(COLOURS[kind], part));
    await writeWhole(stdout, text, fault);
    return;
  }
  await writeOutput(
    output,
    renderAudit(report, format, (_, text) => text),
    fault,
  );
  stdout.write(`${output}: ${countsText(report)}.\n`);
}

function isFailed({ findings }: AuditReport, threshold: Threshold): boolean {
  if (threshold === "never") return false;
  return findings.some(({ severity }) => isAtLeast(severity, threshold));
}
