import type { ClientLoad, Scenario } from "../config/scenario.ts";
import { clientArrivals } from "../drivers/client-arrivals.ts";
import type { ReadyClients } from "../drivers/client-driver.ts";
import { runDirectLane } from "../drivers/direct-lane.ts";
import { createDirectWriter } from "../drivers/direct-writer.ts";
import type { ClientMarket } from "../drivers/ledger-create.ts";
import { LISTENERS_MAX, startListeners } from "../drivers/listeners.ts";
import type { Market } from "../market/market.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import { randomId, UID_LENGTH } from "../population/random-id.ts";
import { formatRate } from "../verify/check.ts";
import { clientRates } from "./client-rates.ts";
import type { OpenMarket } from "./market-quotes.ts";
import { runPulse, type PulsePhase } from "./run-phase.ts";
import type { RunContext } from "./run-scenario.ts";

interface PhaseListeners {
  attach(recorder: PhaseRecorder): void;
  stop(): Promise<void>;
}

const NO_LISTENERS: PhaseListeners = { attach: () => undefined, stop: () => Promise.resolve() };

/** Users who are watched live: enough for a p95 over a minute, few enough not to weigh on the run. */
const LISTENERS = Math.min(LISTENERS_MAX, 24);

/** Watches a sample of the users who have trades; nobody where no pulse changes them. */
export async function listen(context: RunContext, scenario: Scenario): Promise<PhaseListeners> {
  const { clock, state, signal, log } = context;
  if (scenario.pulse === null) return NO_LISTENERS;
  const withTrades = state.population.users.filter(({ uid }) => state.openTrades.has(uid));
  const step = Math.max(1, Math.floor(withTrades.length / LISTENERS));
  const sample = withTrades.filter((_, index) => index % step === 0).slice(0, LISTENERS);
  let recorder: PhaseRecorder | undefined;
  const ended: string[] = [];
  const listeners = startListeners(
    {
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
    context.openListenChannel(),
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

export async function drivePulse(
  context: RunContext,
  scenario: Scenario,
  phase: Pick<PulsePhase, "limiters" | "market" | "recorder" | "durationMs" | "signal">,
): Promise<void> {
  if (scenario.pulse === null) return;
  const rng = context.state.rng.fork(`pulse/${scenario.name}`);
  await runPulse({ ...context, ...phase, rng, scenario, load: scenario.pulse });
}

/** Clients for the scenario that wait for its phase to begin; undefined where it has none. */
export async function prepareClients(
  context: RunContext,
  scenario: Scenario,
  market: Market,
  durationMs: number,
): Promise<ReadyClients | undefined> {
  if (scenario.clients === null) return undefined;
  const { state, note, clientDriver } = context;
  const { users } = state.population;
  const rng = state.rng.fork(`clients/${scenario.name}`);
  const bounded = boundedClients(scenario.clients, state);
  if (bounded !== undefined) note(`${scenario.name}: ${bounded}`);
  return clientDriver.prepare({
    ...context,
    scenario: scenario.name,
    arrivals: clientArrivals({ load: scenario.clients, users, durationMs, market }, rng),
    durationMs,
    rng: rng.fork("operations"),
    journal: state.journal,
    signUp: () => signUpNewcomer(context),
    billed: context.billed.clients,
    say: (text) => context.output.line(`  ${text}`),
  });
}

/** The writes a scenario makes past pulse and limiter. */
export async function driveDirectWrites(
  context: RunContext,
  scenario: Scenario,
  opened: OpenMarket,
  recorder: PhaseRecorder,
  durationMs: number,
): Promise<void> {
  const { clock, state, signal, unmeteredStore } = context;
  const load = scenario.directWrites;
  if (load === null) return;
  const writer = createDirectWriter(load, {
    clock,
    rng: state.rng.fork(`direct/${scenario.name}`),
    population: state.population,
    market: pricesOf(context, opened),
    ledger: state.journal,
    journal: state.direct,
  });
  await runDirectLane(
    {
      load,
      startMs: recorder.startMs,
      durationMs,
      store: unmeteredStore,
      writer,
      recorder,
      signal,
    },
    clock,
  );
}

function pricesOf({ clock }: RunContext, { market, openedMonotonicMs }: OpenMarket): ClientMarket {
  return {
    symbols: market.symbols,
    priceOf: (symbol) => market.lastPriceAt(symbol, clock.monotonicMs() - openedMonotonicMs).price,
  };
}

/** Says so when the scenario starts fewer client operations than its users would. */
function boundedClients(
  load: ClientLoad,
  { population, cohort }: RunContext["state"],
): string | undefined {
  const { asked, started } = clientRates(load, population.users.length);
  if (started >= asked) return undefined;
  return `clients start ${formatRate(started * cohort)} of ${formatRate(asked * cohort)}: the scenario bounds them, to measure reads and not to saturate a local database.`;
}

/** Somebody new founds a tenant of their own, through the service's sign-up. */
async function signUpNewcomer({ state, signUps }: RunContext): Promise<void> {
  const ordinal = state.signUps;
  state.signUps += 1;
  const { idPrefix } = state;
  const uid = `${idPrefix}${randomId(UID_LENGTH, state.rng.fork(`newcomer/${ordinal}`))}`;
  const email = `${idPrefix}newcomer-${ordinal}@example.com`;
  const tenantId = await signUps.signUp({ uid, email });
  state.tenantOf.set(uid, tenantId);
}
