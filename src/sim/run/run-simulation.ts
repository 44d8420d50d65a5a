import { mkdtemp, copyFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../std/rng.ts";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import { EXIT_CODES, type ExitCode } from "../cli/exit-codes.ts";
import type { Simulate, SimulationRequest } from "../cli/simulate.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { Scenario } from "../config/scenario.ts";
import { LedgerJournal } from "../drivers/ledger-journal.ts";
import { createOperations } from "../drivers/operations.ts";
import { createUserClient, type UserClient } from "../drivers/user-client.ts";
import { MeteredStore } from "../measure/metered-store.ts";
import { createPopulation } from "../population/create-population.ts";
import type { Result } from "../report/result.ts";
import type { Target } from "../targets/target.ts";
import { DataAudit } from "../verify/data-audit.ts";
import { buildResult } from "./build-result.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { openDatabase } from "./open-database.ts";
import { provisionPopulation } from "./provision-population.ts";
import { publish } from "./publish.ts";
import { readBack } from "./read-back.ts";
import { runScenario, type RunContext } from "./run-scenario.ts";
import { RunState } from "./run-state.ts";
import { openServiceLog } from "./service-log.ts";
import { SignUps } from "./sign-ups.ts";
import { warmUp } from "./warm-up.ts";

/**
 * One run from target to report. However it ends (done, Ctrl-C, a dead target, a fault of ours)
 * what was measured is reported, and what was started is stopped. Throws, after the report, what
 * killed the target or the fault: neither says anything about the service.
 */
export const runSimulation: Simulate = async (request) => {
  const { output } = request;
  const clock = createRealClock();
  const startedWallMs = clock.wallMs();
  const target = await request.target();
  output.line(`Target: ${target.description}, ${target.endpoint} (${target.reason})`);
  const id = runId(startedWallMs, request);
  const scratch = await mkdtemp(join(tmpdir(), "plimsoll-"));
  const logFile = join(scratch, "service.ndjson");
  const log = openServiceLog(logFile);
  const memory = new MemoryWatch(clock, target.processId);
  const ending = watchForEnd(request.signal, target);
  const rng = createRng(request.options.seed);
  const state = createState(request, rng);
  let audit: DataAudit | undefined;
  let failure: Error | undefined;
  try {
    audit = await drive(request, { clock, target, log, state, signal: ending.signal });
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error), { cause: error });
  }
  const partialReason = ending.reason() ?? (failure === undefined ? null : describe(failure));
  try {
    await target.stop();
    await log.close();
    const result = buildResult({
      id,
      options: request.options,
      limiterConfig: request.limiterConfig,
      target,
      state,
      audit,
      partialReason,
      startedWallMs,
      finishedWallMs: clock.wallMs(),
      memory: await memory.stop(),
    });
    const folder = await publish(result, request);
    await copyFile(logFile, join(folder, "service.ndjson"));
    const fault = ending.death() ?? (ending.reason() === undefined ? failure : undefined);
    if (fault !== undefined) throw fault;
    return { exitCode: exitCodeOf(result.verdict) };
  } finally {
    await target.stop();
    await memory.stop();
    await rm(scratch, { recursive: true, force: true });
  }
};

function createState(request: SimulationRequest, rng: ReturnType<typeof createRng>): RunState {
  const { users, tenants } = request.options;
  const share = Math.max(
    0,
    ...request.scenarios.map(({ largestTenantShare }) => largestTenantShare ?? 0),
  );
  const population = createPopulation(
    { users, tenants, ...(share > 0 ? { largestTenantShare: share } : {}) },
    rng.fork("population"),
  );
  return new RunState(population, rng, new LedgerJournal());
}

type Driven = Pick<RunContext, "clock" | "target" | "log" | "state" | "signal">;

/** Provisions, runs every scenario, and reads the database back. */
async function drive(request: SimulationRequest, driven: Driven): Promise<DataAudit> {
  const { clock, target, log, state, signal } = driven;
  const { output, options, limiterConfig } = request;
  const database = openDatabase(target);
  const userClient = createUserClient(
    { endpoint: target.endpoint, projectId: target.projectId },
    clock,
  );
  try {
    await target.clear();
    const store = new MeteredStore(clock, database.store);
    // Sign-ups write past the meter: the limiter whose compliance it shows governs the pulse.
    const signUps = new SignUps(clock, database.store, log);
    await provision(request, driven, store, signUps);
    const planOf = plansOf(state);
    const limiter = createLimiter(
      { strategy: options.limiter, config: limiterConfig, planOf },
      state.rng.fork("limiter"),
    );
    const context: RunContext = {
      ...driven,
      store,
      userClient,
      signUps,
      limiter,
      output,
      marketRows: request.marketRows,
    };
    await warm(request, driven, store, userClient);
    for (const scenario of phasesOf(request)) {
      await runScenario(context, scenario);
      signal.throwIfAborted();
    }
    output.phase("Reading the database back");
    const audit = new DataAudit(state.expectations());
    await readBack(store, audit, signal, (documents) => output.live([`  ${documents} documents`]));
    return audit;
  } finally {
    userClient.close();
    await database.close();
  }
}

async function provision(
  { output, options }: SimulationRequest,
  { clock, state, signal }: Driven,
  store: MeteredStore,
  signUps: SignUps,
): Promise<void> {
  output.phase(`Provisioning ${options.users} users in ${options.tenants} tenants`);
  const startedMs = clock.monotonicMs();
  await provisionPopulation(
    {
      clock,
      store,
      signUps,
      signal,
      onUser: (uid, tenantId, latencyMs) => {
        state.tenantOf.set(uid, tenantId);
        state.provisioning.record(latencyMs);
      },
      onProgress: (done, total) => output.progress(done, total, "users"),
    },
    state.population,
  );
  state.provisioningMs = clock.monotonicMs() - startedMs;
}

/** An emulator's first answers are slow; what a run measures begins after them. */
const WARM_UP_MS = 8000;

async function warm(
  { output }: SimulationRequest,
  { clock, state, signal }: Driven,
  store: MeteredStore,
  client: UserClient,
): Promise<void> {
  output.phase(`Warming up the emulator's queries for ${WARM_UP_MS / 1000} s, unmeasured`);
  const rng = state.rng.fork("warm-up");
  const operations = createOperations({
    client,
    clock,
    rng,
    market: { symbols: [], priceOf: () => "0" },
    journal: new LedgerJournal(),
    signUp: () => Promise.reject(new Error("nobody signs up in a warm-up")),
  });
  const { users } = state.population;
  await warmUp({ clock, rng, store, operations, users, durationMs: WARM_UP_MS, signal });
}

/** The scenarios as they are to run: with the duration asked for, repeated ones told apart. */
function phasesOf({ scenarios, options }: SimulationRequest): readonly Scenario[] {
  return scenarios.map((scenario, index) => {
    const earlier = scenarios.slice(0, index).filter(({ name }) => name === scenario.name).length;
    return {
      ...scenario,
      name: earlier === 0 ? scenario.name : `${scenario.name}-${earlier + 1}`,
      ...(options.durationMs === null ? {} : { durationSeconds: options.durationMs / 1000 }),
    };
  });
}

function plansOf({ population }: RunState): (tenantId: string) => string | undefined {
  const plans = new Map(population.tenants.map(({ tenantId, plan }) => [tenantId, plan]));
  return (tenantId) => plans.get(tenantId);
}

interface Ending {
  readonly signal: AbortSignal;
  /** Why the run ended early; undefined while nothing did. */
  reason(): string | undefined;
  /** What the target died of, if it did. */
  death(): Error | undefined;
}

/** One signal for all that can end a run early: the user, or the death of the target. */
function watchForEnd(interrupted: AbortSignal, target: Target): Ending {
  const died = new AbortController();
  let death: Error | undefined;
  void target.died.then((error) => {
    death = error;
    died.abort(error);
  });
  return {
    signal: AbortSignal.any([interrupted, died.signal]),
    reason: () => {
      if (death !== undefined) return firstSentence(death.message);
      return interrupted.aborted ? "interrupted" : undefined;
    },
    death: () => death,
  };
}

/** A dead emulator's message goes on with its last output, which belongs under the report. */
function firstSentence(message: string): string {
  return message.split(/[;\n]/)[0] ?? message;
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function exitCodeOf(verdict: Result["verdict"]): ExitCode {
  switch (verdict) {
    case "pass":
      return EXIT_CODES.pass;
    case "fail":
      return EXIT_CODES.checkFailed;
    case "inconclusive":
      return EXIT_CODES.inconclusive;
  }
}

/** Sorts by time, and says what was run: 2026-11-23T17-05-09-high-volatility-1000u. */
function runId(startedWallMs: number, { options }: SimulationRequest): string {
  const time = new Date(startedWallMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const what = options.scenarios.length === 0 ? "benchmark" : options.scenarios.join("+");
  return `${time}-${what}-${options.users}u`;
}
