import type { Clock } from "../../std/clock.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { Log } from "../../system/log.ts";
import { shadowTradePath } from "../../system/schema/user.ts";
import type { RunOutput } from "../cli/progress.ts";
import { clientOperation, type ClientLoad, type Scenario } from "../config/scenario.ts";
import { ratePerSecond, runClientLane } from "../drivers/client-lane.ts";
import { LISTENERS_MAX, startListeners } from "../drivers/listeners.ts";
import { createOperations } from "../drivers/operations.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { createMarket } from "../market/create-market.ts";
import type { MarketRow } from "../market/market-file.ts";
import type { Market } from "../market/market.ts";
import { createReplayMarket } from "../market/replay-market.ts";
import type { MeteredStore } from "../measure/metered-store.ts";
import { PhaseRecorder } from "../measure/phase-recorder.ts";
import { createTrades } from "../population/create-trades.ts";
import { randomId, UID_LENGTH } from "../population/random-id.ts";
import type { Target } from "../targets/target.ts";
import { formatRate } from "../verify/check.ts";
import { settle } from "./settle.ts";
import { showLive } from "./live-view.ts";
import { runLanes } from "./in-parallel.ts";
import { openMarket, type OpenMarket } from "./market-quotes.ts";
import { commitAll } from "./provision-population.ts";
import { leadInMs, runPulse, type PulsePhase } from "./run-phase.ts";
import type { EndedPhase } from "./phase-facts.ts";
import type { RunState } from "./run-state.ts";
import type { SignUps } from "./sign-ups.ts";

/** Everything a phase is run with; it lives as long as the run. */
export interface RunContext {
  readonly clock: Clock;
  readonly target: Target;
  readonly store: MeteredStore;
  readonly userClient: UserClient;
  readonly signUps: SignUps;
  /** A new limiter: what one phase had reserved and never sent must not hold up the next. */
  readonly createLimiter: () => WriteLimiter;
  readonly log: Log;
  readonly output: RunOutput;
  /** Keeps a sentence for the report, and shows it. */
  readonly note: (text: string) => void;
  readonly state: RunState;
  readonly marketRows: readonly MarketRow[] | null;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** Runs one scenario: tops up the open trades, opens a market day, drives both lanes to its end. */
export async function runScenario(context: RunContext, scenario: Scenario): Promise<void> {
  const { clock, state, store, output } = context;
  const durationMs = scenario.durationSeconds * 1000;
  output.phase(`${scenario.name}: ${scenario.summary}`);
  const market = createPhaseMarket(context, scenario, durationMs);
  await settle(context, scenario.name);
  await topUpTrades(context, scenario, market);
  const listeners = await listen(context, scenario);
  const limiter = context.createLimiter();
  const startMs = clock.monotonicMs() + leadInMs(scenario, limiter);
  const opened = openMarket(clock, market, startMs);
  state.markets.push(opened);
  const recorder = new PhaseRecorder(clock, startMs, (writes) => state.acknowledged(writes));
  listeners.attach(recorder);
  store.observer = (times, writes) => recorder.stored(times, writes);
  const over = new AbortController();
  const live = showLive({ clock, output, recorder, limiter, durationMs }, over.signal);
  let finished = false;
  try {
    await runLanes(
      [
        (signal) =>
          drivePulse(context, scenario, {
            limiter,
            market: opened,
            recorder,
            durationMs,
            signal,
          }),
        (signal) => driveClients({ ...context, signal }, scenario, opened, recorder, durationMs),
      ],
      context.signal,
    );
    finished = !context.signal.aborted;
  } finally {
    over.abort();
    store.observer = undefined;
    await live;
    await listeners.stop();
    const endMs = clock.monotonicMs();
    const lastedMs = finished ? durationMs : endedEarlyMs(startMs, endMs, durationMs);
    recorder.close({
      endMs,
      dueUntilMs: startMs + lastedMs,
      openTradesOf: (uid) => state.openTradesOf(uid),
    });
    endPhase(context, scenario, opened, recorder, { durationMs: lastedMs, cut: !finished });
  }
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

interface PhaseListeners {
  attach(recorder: PhaseRecorder): void;
  stop(): Promise<void>;
}

const NO_LISTENERS: PhaseListeners = { attach: () => undefined, stop: () => Promise.resolve() };

/** Users who are watched live: enough for a p95 over a minute, few enough not to weigh on the run. */
const LISTENERS = Math.min(LISTENERS_MAX, 24);

async function listen(context: RunContext, scenario: Scenario): Promise<PhaseListeners> {
  const { clock, target, state, signal, log } = context;
  if (scenario.pulse === null) return NO_LISTENERS;
  const withTrades = state.population.users.filter(({ uid }) => state.openTrades.has(uid));
  const step = Math.max(1, Math.floor(withTrades.length / LISTENERS));
  const sample = withTrades.filter((_, index) => index % step === 0).slice(0, LISTENERS);
  let recorder: PhaseRecorder | undefined;
  const ended: string[] = [];
  const listeners = startListeners(
    {
      endpoint: target.endpoint,
      projectId: target.projectId,
      users: sample,
      signal,
      onView: (uid, tradeId, quotedAtMs, seenMs) =>
        recorder?.seen({ uid, tradeId, quotedAtMs, seenMs }),
      onError: (uid, error) => {
        log.error({ uid, error: error.message }, "A listener ended.");
        ended.push(uid);
        recorder?.listeners.end(uid);
      },
    },
    clock,
  );
  await listeners.ready;
  const attach = (to: PhaseRecorder): void => {
    recorder = to;
    to.listeners.watch(sample.map(({ uid }) => uid));
    for (const uid of ended) to.listeners.end(uid);
  };
  return { attach, stop: () => listeners.stop() };
}

async function drivePulse(
  context: RunContext,
  scenario: Scenario,
  phase: Pick<PulsePhase, "limiter" | "market" | "recorder" | "durationMs" | "signal">,
): Promise<void> {
  if (scenario.pulse === null) return;
  const rng = context.state.rng.fork(`pulse/${scenario.name}`);
  await runPulse({ ...context, ...phase, rng, scenario, load: scenario.pulse });
}

async function driveClients(
  context: RunContext,
  scenario: Scenario,
  opened: OpenMarket,
  recorder: PhaseRecorder,
  durationMs: number,
): Promise<void> {
  if (scenario.clients === null) return;
  const { clock, state, signal, note } = context;
  const rng = state.rng.fork(`clients/${scenario.name}`);
  const bounded = boundedClients(scenario.clients, state.population.users.length);
  if (bounded !== undefined) note(`${scenario.name}: ${bounded}`);
  const operations = createOperations({
    client: context.userClient,
    clock,
    rng: rng.fork("operations"),
    market: {
      symbols: opened.market.symbols,
      priceOf: (symbol) =>
        opened.market.lastPriceAt(symbol, clock.monotonicMs() - opened.openedMonotonicMs).price,
    },
    journal: state.journal,
    signUp: () => signUpNewcomer(context),
  });
  await runClientLane(
    {
      load: scenario.clients,
      users: state.population.users,
      startMs: recorder.startMs,
      durationMs,
      operations,
      market: opened.market,
      recorder,
      signal,
    },
    clock,
    rng,
  );
}

/** Says so when the scenario starts fewer client operations than its users would. */
function boundedClients(load: ClientLoad, users: number): string | undefined {
  const total = (one: ClientLoad): number =>
    clientOperation.options.reduce((sum, kind) => sum + ratePerSecond(kind, one, users), 0);
  const asked = total({ ...load, atMostPerSecond: null });
  const started = total(load);
  if (started >= asked) return undefined;
  return `clients start ${formatRate(started)} of ${formatRate(asked)}: the scenario bounds them, to measure reads and not to saturate the emulator.`;
}

/** Somebody new founds a tenant of their own, through the service's sign-up. */
async function signUpNewcomer({ state, signUps }: RunContext): Promise<void> {
  const ordinal = state.signUps;
  state.signUps += 1;
  const uid = randomId(UID_LENGTH, state.rng.fork(`newcomer/${ordinal}`));
  const tenantId = await signUps.signUp({ uid, email: `newcomer-${ordinal}@example.com` });
  state.tenantOf.set(uid, tenantId);
}

function endPhase(
  { state }: RunContext,
  scenario: Scenario,
  { market, openedWallMs }: OpenMarket,
  recorder: PhaseRecorder,
  { durationMs, cut }: Pick<EndedPhase, "durationMs" | "cut">,
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
  });
}
