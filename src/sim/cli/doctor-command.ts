import { Command, Option } from "commander";
import { planTarget } from "../targets/select-target.ts";
import type { TargetPlan } from "../targets/select-target.ts";
import { loadCalibration } from "../calibrate/load-calibration.ts";
import { modelInWords } from "../report/model-words.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { examine } from "./doctor-findings.ts";
import type { Finding } from "./doctor-findings.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { createPaint } from "./paint.ts";
import type { Colour, Paint } from "./paint.ts";
import { single } from "./run-options-parser.ts";
import { formatTable } from "./table.ts";

export function createDoctorCommand(context: CliContext): CliCommand {
  const command = new Command("doctor")
    .summary("show what was found on this machine and how to get the rest")
    .description("Show what a run needs, what was found, and how to get the rest.")
    .addHelpText(
      "after",
      "\nExit codes:\n  0   a run is possible: the embedded engine needs nothing that is not here\n" +
        "  2   it is not; the text says why",
    );
  command.addOption(
    new Option("--calibration <file>", "Also check this calibration of the model.").argParser(
      single("--calibration"),
    ),
  );
  return {
    command,
    run: ({ calibration }) =>
      runDoctor(context, typeof calibration === "string" ? calibration : undefined),
  };
}

async function runDoctor(context: CliContext, calibrationFile: string | undefined) {
  const paint = createPaint(context.stdout, context.machine.environment);
  const examined = await examine(context.machine, context.clock);
  const findings = [...examined, await examineModel(calibrationFile)];
  const plan = await planOrFault(context);
  context.stdout.write(`${describeFindings(findings, paint)}\n${describePlan(plan)}\n`);
  const blocked = findings.filter((finding) => finding.blocks);
  if (plan instanceof UserError || blocked.length > 0) {
    context.stdout.write(`${paint("red", "A run is not possible yet.")}\n`);
    return EXIT_CODES.usage;
  }
  context.stdout.write(`${paint("green", "A run is possible: npm run sim")}\n`);
  return EXIT_CODES.pass;
}

/** Whose figures the model would reckon with in a run with the same option. */
async function examineModel(file: string | undefined): Promise<Finding> {
  const facts = file === undefined ? undefined : (await loadCalibration(file)).facts;
  const detail = modelInWords(facts);
  return { what: "Model's figures", state: "found", detail, remedy: null, blocks: false };
}

async function planOrFault({ machine }: CliContext): Promise<TargetPlan | UserError> {
  try {
    return await planTarget("auto", machine);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const STATE_COLOURS: Readonly<Record<Finding["state"], Colour>> = {
  found: "green",
  missing: "yellow",
  "too old": "yellow",
  low: "yellow",
  "not needed": "dim",
};

function describeFindings(findings: readonly Finding[], paint: Paint): string {
  const rows = findings.map(({ what, state, detail }) => [what, state, detail]);
  const lines = formatTable(rows).trimEnd().split("\n");
  const texts = findings.flatMap(({ state, remedy }, index) => {
    const line = lines[index] ?? "";
    const painted = line.replace(`  ${state}`, `  ${paint(STATE_COLOURS[state], state)}`);
    return remedy === null ? [painted] : [painted, `  to get it: ${remedy}`];
  });
  return `${texts.join("\n")}\n`;
}

function describePlan(plan: TargetPlan | UserError): string {
  if (plan instanceof UserError) {
    return `--target auto finds no target: ${plan.message}\nHint: ${plan.hint}`;
  }
  return `--target auto takes ${describeTarget(plan)}, because: ${plan.reason}.`;
}

function describeTarget(plan: TargetPlan): string {
  switch (plan.kind) {
    case "external":
      return `the emulator at ${plan.endpoint}, behind the gateway`;
    case "start":
      return `the official emulator ${plan.installation.jar.version}, started for the run, behind the gateway`;
    case "embedded":
      return "the embedded engine (security rules are not evaluated there)";
  }
}
