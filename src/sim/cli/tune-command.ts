import { join, relative } from "node:path";
import { Command } from "commander";
import type { Scenario } from "../config/scenario.ts";
import type { Result } from "../report/result.ts";
import { commitName } from "../run/machine-facts.ts";
import type { TrialPool } from "../trial/trial-pool.ts";
import { assess, isAccepted } from "../tune/assessment.ts";
import { buildReport } from "../tune/build-report.ts";
import { renderTuneText, renderValidationText } from "../tune/render-text.ts";
import type { TrialLedger } from "../tune/trial-ledger.ts";
import { tune, type Tuned, type TuneRequest } from "../tune/tune.ts";
import type { TuneReport } from "../tune/tune-report.ts";
import type { Validation } from "../tune/validation.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { loadTrialInputs, requireWritable } from "./load-inputs.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { tuneCommand } from "./tune-command-line.ts";
import { declareTuneOptions, readTuneOptions, type TuneOptions } from "./tune-options.ts";
import { writeTuneReport } from "./tune-files.ts";
import { validateWinner } from "./validate-winner.ts";

const EXAMPLES = `
Examples:
  npm run sim -- tune --users 1000 --scenario high-volatility
      the best settings of the paced limiter for the document's heaviest row
  npm run sim -- tune --limiter all --objective cost --budget 400 --seeds 8
      all strategies, the cheapest, on more seeds
  npm run sim -- tune --validate
      the same as the first, and the winner in real time through the gateway

Exit codes:
  0   a configuration was found that passes every check on every seed
  99  none was, or a validation lies outside of the stated error
  3   inconclusive: interrupted, too few samples for a check, or a machine too busy to measure
  2   bad usage: nothing was run
  1   internal: a fault of Plimsoll; what was known is in the report

docs/tune.md explains the search and the report.
`;

export function createTuneCommand(context: CliContext): CliCommand {
  const command = new Command("tune")
    .summary("search the limiter's settings for a load, on virtual clocks")
    .description(
      "Search the limiter's configurations for the best that breaks no limit and no check on any seed.\n" +
        "Trials are runs on a virtual clock, on all cores: cheap ones sort out, full ones decide.",
    );
  declareTuneOptions(command);
  command.addHelpText("after", EXAMPLES);
  return { command, run: (parsed) => runTune(readTuneOptions(parsed), context) };
}

async function runTune(options: TuneOptions, context: CliContext): Promise<ExitCode> {
  const request = await prepare(options);
  const { TrialPool } = await import("../trial/trial-pool.ts");
  const pool = new TrialPool(options.workers === null ? {} : { workers: options.workers });
  const output = createRunOutput(context.stdout, context.clock, options.run.quiet);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  try {
    return await search(options, request, { context, pool, output, signal: interrupts.signal });
  } finally {
    output.finish();
    interrupts.release();
    await pool.close();
  }
}

/** Everything is read and found possible before the first trial. */
async function prepare(options: TuneOptions): Promise<TuneRequest> {
  const { run, strategies, objective, budget, seeds } = options;
  const { scenarios, calibration } = await loadTrialInputs(run);
  await requireWritable(options.output, "--output");
  const scenario = requirePulse(scenarios);
  return {
    load: {
      users: run.users,
      tenants: run.tenants,
      scenario,
      durationMs: run.durationMs ?? scenario.durationSeconds * 1000,
    },
    options: {
      // As it was asked for: a name, or a file's.
      scenario: run.scenarios,
      latency: run.latency,
      ...(run.calibration === undefined ? {} : { calibration: run.calibration }),
      ...(run.indexes === null ? {} : { indexes: run.indexes }),
    },
    calibration: calibration?.facts,
    strategies,
    objective,
    budget,
    seed: run.seed,
    seedCount: seeds,
  };
}

function requirePulse([scenario]: readonly Scenario[]): Scenario {
  if (scenario !== undefined && scenario.pulse !== null) return scenario;
  throw new UserError(
    "E_BAD_OPTIONS",
    `--scenario: ${scenario?.name ?? "none"} has no pulse, so no limiter holds anything back in it. Accepted: a scenario with a pulse.`,
    "Run `npm run sim -- scenarios` to see what each one does. Nothing was run.",
  );
}

interface Session {
  readonly context: CliContext;
  readonly pool: TrialPool;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

async function search(
  options: TuneOptions,
  request: TuneRequest,
  session: Session,
): Promise<ExitCode> {
  const { pool, output, signal } = session;
  output.phase(`Tuning ${options.limiter} for ${describeLoad(request)}, ${pool.workers} at once`);
  const tuned = await tune(request, (specs, onResult) => pool.runAll(specs, { signal, onResult }), {
    signal,
    onTrial: (ledger) => showProgress(output, request, ledger),
  });
  output.finish();
  const report = buildReport(tuned, {
    command: tuneCommand(options, request),
    commit: commitName(),
  });
  output.line(renderTuneText(report));
  const folder = join(options.output, report.id);
  const files = await writeTuneReport(folder, report, null);
  if (tuned.end.kind === "faulty") throw tuned.end.fault;
  const validation = await validate(options, tuned, { ...session, report, folder });
  output.line(`Report: ${relative(process.cwd(), folder)}/ (${files} files; open report.html)`);
  return exitCodeOf(report, validation);
}

function describeLoad({ load }: TuneRequest): string {
  const users = load.users.toLocaleString("en-US");
  return `${load.scenario.name}, ${users} users, ${load.durationMs / 1000} s a trial`;
}

/** Of what was tried on every seed so far and breaks nothing, the freshest: a hint, no verdict. */
function showProgress(output: RunOutput, request: TuneRequest, ledger: TrialLedger): void {
  const passing = ledger.entries.flatMap(({ candidate, outcomes }) => {
    const full = [...(outcomes.get("full")?.values() ?? [])];
    const assessment = assess(full);
    return full.length >= request.seedCount && isAccepted(assessment)
      ? [{ candidate, p99Ms: assessment.freshnessP99Ms }]
      : [];
  });
  const [best] = passing.sort((left, right) => left.p99Ms - right.p99Ms);
  const soFar =
    best === undefined
      ? "none passes yet"
      : `best p99 ${Math.round(best.p99Ms)} ms (${best.candidate.strategy})`;
  const label = `full trials' worth, ${ledger.trials} trials, ${soFar}`;
  output.progress(Math.min(request.budget, Math.round(ledger.spent)), request.budget, label);
}

interface Searched extends Session {
  readonly report: TuneReport;
  readonly folder: string;
}

/** Measures the winner, if that was asked for and there is one, and writes the report anew. */
async function validate(
  options: TuneOptions,
  tuned: Tuned,
  { context, pool, output, signal, report, folder }: Searched,
): Promise<Validation | null> {
  const { recommended, ledger, request, stretches } = tuned;
  const full = stretches.at(-1);
  if (options.validate === null || recommended === undefined || full === undefined) return null;
  if (signal.aborted) return null;
  output.phase(`Validating in real time on the ${options.validate} target`);
  const predicted: Result = await pool.run(ledger.specOf(recommended, full, request.seed), signal);
  const validation = await validateWinner(
    { options, target: options.validate, strategy: recommended.strategy, folder, predicted },
    { context, output, signal },
  );
  if (validation === null) return null;
  await writeTuneReport(folder, report, validation);
  output.line(renderValidationText(validation));
  return validation;
}

function exitCodeOf(report: TuneReport, validation: Validation | null): ExitCode {
  const { recommended, status } = report;
  if (validation?.verdict === "disagrees") return EXIT_CODES.checkFailed;
  if (status === "partial") return EXIT_CODES.inconclusive;
  if (recommended === null) return EXIT_CODES.checkFailed;
  if (validation?.verdict === "inconclusive") return EXIT_CODES.inconclusive;
  return recommended.assessment.undecided.length > 0 ? EXIT_CODES.inconclusive : EXIT_CODES.pass;
}
