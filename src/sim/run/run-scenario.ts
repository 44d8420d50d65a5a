import type { Clock } from "../../std/clock.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { Log } from "../../system/log.ts";
import { shardGroups } from "../../system/pulse/fan-out.ts";
import { shadowTradePath } from "../../system/schema/user.ts";
import type { Store } from "../../system/store/store.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { OthersWatch } from "../cohort/cohort-limiter.ts";
import { cohortCount } from "../cohort/cohort-weight.ts";
import type { Fault } from "../config/fault.ts";
import type { Scenario } from "../config/scenario.ts";
import type { OutsideClients, ClientDriver, ReadyClients } from "../drivers/client-driver.ts";
import type { FaultInjector } from "../drivers/fault-injector.ts";
import type { ListenChannel } from "../drivers/listen-channel.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { createMarket } from "../market/create-market.ts";
import type { MarketRow } from "../market/market-file.ts";
import type { Market } from "../market/market.ts";
import { createReplayMarket } from "../market/replay-market.ts";
import type { BilledOperations } from "../measure/billed-operations.ts";
import type { CommitCounter } from "../measure/commit-counter.ts";
import type { MeteredStore } from "../measure/metered-store.ts";
import { PhaseRecorder } from "../measure/phase-recorder.ts";
import { createTrades } from "../population/create-trades.ts";
import type { Target } from "../targets/target.ts";
import { driveDirectWrites, drivePulse, listen, prepareClients } from "./lanes.ts";
import { changeLimits } from "./limits-script.ts";
import type { LimitsSession } from "./limits-session.ts";
import { settle } from "./settle.ts";
import { showLive } from "./live-view.ts";
import { runLanes } from "./in-parallel.ts";
import { LimiterPool } from "./limiter-pool.ts";
import { tenantRanks } from "./tenant-ranks.ts";
import { openMarket, type OpenMarket } from "./market-quotes.ts";
import { commitAll } from "./provision-population.ts";
import { leadInMs } from "./run-phase.ts";
import type { EndedPhase } from "./phase-facts.ts";
import type { RunState } from "./run-state.ts";
import type { SignUps } from "./sign-ups.ts";

/** Everything a phase is run with; it lives as long as the run. */
export interface RunContext {
  readonly clock: Clock;
  readonly target: Target;
  readonly store: MeteredStore;
  /** Beneath the meter: what neither the pulse nor its limiter answers for is written here. */
  readonly unmeteredStore: Store;
  readonly limits: LimitsSession;
  /** In front of the stores and the client; it does nothing until a phase begins a script. */
  readonly faults: FaultInjector;
  readonly userClient: UserClient;
  /** Sends the client traffic. */
  readonly clientDriver: ClientDriver;
  readonly outside?: OutsideClients | undefined;
  /** Counts the commits that the run sends. */
  readonly commits: CommitCounter;
  /** What Firestore would bill, counted in each phase anew. */
  readonly billed: { readonly service: BilledOperations; readonly clients: BilledOperations };
  readonly openListenChannel: () => ListenChannel;
  readonly signUps: SignUps;
  /**
   * A new limiter for one of so many workers: what one phase had reserved and never sent must not
   * hold up the next.
   */
  readonly createLimiter: (workers: number, shardKey: string) => WriteLimiter;
  readonly limiterConfig: LimiterConfig;
  /** How many alike users each simulated one stands for. */
  readonly cohort: number;
  /** Hears of what the limiters grant to those whom simulated users stand for. */
  readonly others: OthersWatch;
  readonly log: Log;
  readonly output: RunOutput;
  /** How often the live figures are made anew, on the run's clock: not quite cheap. */
  readonly liveEveryMs: number;
  /** Keeps a sentence for the report, and shows it. */
  readonly note: (text: string) => void;
  readonly state: RunState;
  readonly marketRows: readonly MarketRow[] | null;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** Runs one scenario: tops up the open trades, opens a market day, drives all lanes to its end. */
export async function runScenario(context: RunContext, scenario: Scenario): Promise<void> {
  const { output } = context;
  const durationMs = scenario.durationSeconds * 1000;
  output.phase(`${scenario.name}: ${scenario.summary}`);
  const market = createPhaseMarket(context, scenario, durationMs);
  await settleTarget(context, scenario.name);
  await topUpTrades(context, scenario, market);
  const clients = await prepareClients(context, scenario, market, durationMs);
  try {
    await runPhase(context, scenario, { market, clients, durationMs });
  } finally {
    await clients?.close();
  }
}

interface PreparedPhase {
  readonly market: Market;
  readonly clients: ReadyClients | undefined;
  readonly durationMs: number;
}

async function runPhase(
  context: RunContext,
  scenario: Scenario,
  { market, clients, durationMs }: PreparedPhase,
): Promise<void> {
  const { clock, state } = context;
  const listeners = await listen(context, scenario);
  const workers = scenario.pulse?.workers ?? 1;
  const limiters = new LimiterPool(shardGroups(workers), (shardKey) =>
    context.createLimiter(workers, shardKey),
  );
  await context.limits.beginPhase(scenario.warmedTo);
  context.billed.service.reset();
  context.billed.clients.reset();
  const startMs =
    clock.monotonicMs() + Math.max(leadInMs(scenario, limiters), clients?.leadMs ?? 0);
  context.faults.begin({
    faults: scenario.faults,
    startMs,
    rng: state.rng.fork(`faults/${scenario.name}`),
    tenantRankOf: tenantRanks(state.population),
  });
  const opened = openMarket(clock, market, startMs);
  state.markets.push(opened);
  const recorder = createRecorder(context, startMs);
  listeners.attach(recorder);
  const over = new AbortController();
  const live = showLive({ ...context, recorder, limiter: limiters, durationMs }, over.signal);
  let finished = false;
  try {
    await runLanes(
      [
        (signal) =>
          drivePulse(context, scenario, {
            limiters,
            market: opened,
            recorder,
            durationMs,
            signal,
          }),
        async (signal) => clients?.run(recorder, signal),
        (signal) =>
          driveDirectWrites({ ...context, signal }, scenario, opened, recorder, durationMs),
        (signal) => changeLimits({ ...context, signal }, scenario, startMs, durationMs),
      ],
      context.signal,
    );
    finished = !context.signal.aborted;
  } finally {
    over.abort();
    noteFaults(context, scenario, context.faults.end());
    context.store.observer = undefined;
    context.others.observer = undefined;
    await live;
    await listeners.stop();
    const endMs = clock.monotonicMs();
    const lastedMs = finished ? durationMs : endedEarlyMs(startMs, endMs, durationMs);
    recorder.close({
      endMs,
      dueUntilMs: startMs + lastedMs,
      openTradesOf: (uid) => state.openTradesOf(uid),
    });
    const limits = await context.limits.endPhase(startMs);
    state.assumed = context.limits.assumed;
    endPhase(context, scenario, opened, recorder, { durationMs: lastedMs, cut: !finished, limits });
  }
}

/** A recorder that hears of all that is sent from now on. */
function createRecorder(
  { clock, state, store, others, cohort }: RunContext,
  startMs: number,
): PhaseRecorder {
  const acknowledged: ConstructorParameters<typeof PhaseRecorder>[2] = (writes) =>
    state.acknowledged(writes);
  const recorder = new PhaseRecorder(clock, startMs, acknowledged, cohortCount(cohort));
  store.observer = (times, writes) => recorder.stored(times, writes);
  others.observer = (writes, atMs) => recorder.othersSent(writes, atMs);
  return recorder;
}

function noteFaults(
  { note }: RunContext,
  { name, faults }: Scenario,
  counts: ReturnType<FaultInjector["end"]>,
): void {
  if (faults.length === 0) return;
  const asked = (kind: Fault["kind"]): number => faults.filter((one) => one.kind === kind).length;
  const all = {
    ...counts,
    "instance-death": asked("instance-death"),
    "quota-cut": asked("quota-cut"),
    "cold-database": asked("cold-database"),
  };
  const done = Object.entries(all)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${kind} ${times.toLocaleString("en-US")} times`);
  note(`${name}: faults by script: ${done.length === 0 ? "none was met" : done.join(", ")}.`);
}

/** Waits for an emulator; the embedded engine leaves nothing unfinished once it has answered. */
export async function settleTarget(context: RunContext, before: string): Promise<void> {
  if (context.target.kind === "emulator") await settle(context, before);
}

/** A phase may be ended before it has begun, while its first sweep leads in. */
function endedEarlyMs(startMs: number, endMs: number, durationMs: number): number {
  return Math.min(durationMs, Math.max(0, endMs - startMs));
}

function createPhaseMarket(
  { state, marketRows }: RunContext,
  scenario: Scenario,
  durationMs: number,
): Market {
  const rng = state.rng.fork(`market/${scenario.name}`);
  // A little longer than the phase, so that what is committed in its grace period has quotes.
  const marketMs = Math.min(86_400_000, durationMs + 5000);
  return marketRows === null
    ? createMarket(scenario.market, marketMs, rng)
    : createReplayMarket(marketRows, scenario.market, marketMs, rng);
}

async function topUpTrades(context: RunContext, scenario: Scenario, market: Market): Promise<void> {
  const { clock, state, output } = context;
  if (scenario.pulse === null) return;
  const opening = market.symbols.map(
    (symbol) => [symbol, market.lastPriceAt(symbol, 0).price] as const,
  );
  const trades = createTrades(
    {
      population: state.population,
      openTradesPerUser: scenario.pulse.openTradesPerUser,
      already: state.openTrades,
      openingPrices: new Map(opening),
      nowMs: Math.round(clock.wallMs()),
    },
    // A stream for each phase: a topped-up trade must not get the ID of one that has closed.
    state.rng.fork(`trades/${scenario.name}`),
  );
  if (trades.length === 0) return;
  output.line(`  opening ${trades.length.toLocaleString("en-US")} trades`);
  await commitAll(
    context,
    trades.map(({ uid, tradeId, data }) => ({
      kind: "set",
      path: shadowTradePath(uid, tradeId),
      data: { ...data },
      merge: false,
    })),
  );
  state.opened(trades);
}

function endPhase(
  { state, billed }: RunContext,
  scenario: Scenario,
  { market, openedWallMs }: OpenMarket,
  recorder: PhaseRecorder,
  { durationMs, cut, limits }: Pick<EndedPhase, "durationMs" | "cut" | "limits">,
): void {
  const firstSecond = state.phases.reduce((total, { series }) => total + series.length, 0);
  const series = recorder.series.seconds(scenario.name, durationMs, firstSecond, {
    updates: market.updatesPerSecond(),
    regimeAt: (elapsedMs) => market.regimeAt(elapsedMs),
  });
  state.endPhase({
    scenario,
    recorder,
    durationMs,
    cut,
    users: state.population.users.length,
    openTrades: [...state.openTrades.values()].reduce((total, count) => total + count, 0),
    startedWallMs: openedWallMs,
    series,
    limits,
    billed: { service: billed.service.counts(), clients: billed.clients.counts() },
  });
}
