import type { Rng } from "../../std/rng.ts";
import type { createLimiter } from "../../system/limiter/create-limiter.ts";
import { shareOfLimits } from "../../system/pulse/fan-out.ts";
import { idOf, parseDocument } from "../../system/schema/document.ts";
import { userPath, userSchema } from "../../system/schema/user.ts";
import type { Store } from "../../system/store/store.ts";
import type { SimulationRequest } from "../cli/simulate.ts";
import { cohortLimiter, type OthersWatch } from "../cohort/cohort-limiter.ts";
import { cohortToOffer } from "../cohort/choose-cohort.ts";
import { cohortPart, cohortScenario } from "../cohort/cohort-pulse.ts";
import { NODE_DRIVER } from "../drivers/client-driver.ts";
import { FaultInjector } from "../drivers/fault-injector.ts";
import { LedgerJournal } from "../drivers/ledger-journal.ts";
import { createOperations } from "../drivers/operations.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { BilledOperations } from "../measure/billed-operations.ts";
import { CommitCounter } from "../measure/commit-counter.ts";
import { MeteredStore } from "../measure/metered-store.ts";
import { createPopulation } from "../population/create-population.ts";
import { DataAudit } from "../verify/data-audit.ts";
import { LimitsSession } from "./limits-session.ts";
import type { OpenDatabase } from "./open-database.ts";
import { phasesOf } from "./phases-of.ts";
import { plansOf } from "./plans-of.ts";
import { provisionPopulation } from "./provision-population.ts";
import { readBack } from "./read-back.ts";
import { runScenario, settleTarget, type RunContext } from "./run-scenario.ts";
import { RunState } from "./run-state.ts";
import { SignUps } from "./sign-ups.ts";
import { warmUp } from "./warm-up.ts";

interface Driven extends Pick<
  RunContext,
  "clock" | "target" | "log" | "state" | "signal" | "note" | "liveEveryMs"
> {
  readonly openDatabase: OpenDatabase;
  readonly createLimiter: typeof createLimiter;
  readonly warmUpMs: number;
}

/** The state of a run that has not begun: who will be there is already fixed by the seed. */
export function createRunState(request: SimulationRequest, rng: Rng): RunState {
  const { cohort, options, idPrefix = "" } = request;
  const share = Math.max(
    0,
    ...request.scenarios.map(({ largestTenantShare }) => largestTenantShare ?? 0),
  );
  const population = createPopulation(
    {
      users: options.users / cohort,
      tenants: cohortPart(options.tenants, cohort),
      ...(share > 0 ? { largestTenantShare: share } : {}),
      idPrefix,
    },
    rng.fork("population"),
  );
  return new RunState(population, rng, new LedgerJournal(), cohort, idPrefix);
}

const SEEDING_NOTE =
  "Users and trades were loaded with the limits observed only, faster than a new database may be loaded; in the phases the limits held, with the key ranges as they were then.";

/** Provisions, runs every scenario, and reads the database back. */
export async function drive(request: SimulationRequest, driven: Driven): Promise<DataAudit> {
  const { clock, target, log, state, signal } = driven;
  const { output, options, limiterConfig } = request;
  const database = driven.openDatabase(target, clock);
  const counter = new CommitCounter();
  const faults = new FaultInjector(clock, request.onFault);
  const billed = { service: new BilledOperations(), clients: new BilledOperations() };
  const userClient = faults.watchClient(
    counter.watchClient(billed.clients.watchClient(database.userClient)),
  );
  try {
    await target.clear();
    const limits = new LimitsSession(clock, target, counter);
    if (await limits.beginSeeding()) driven.note(SEEDING_NOTE);
    const unmeteredStore = faults.watchStore(
      counter.watchStore(billed.service.watchStore(database.store)),
    );
    const store = new MeteredStore(clock, unmeteredStore);
    // Sign-ups write past the meter: the limiter whose compliance it shows governs the pulse.
    const signUps = new SignUps(clock, unmeteredStore, log, database.directory);
    await database.admit?.(state.population.users, output, signal);
    await provision(request, driven, store, signUps);
    const others: OthersWatch = { observer: undefined };
    const context: RunContext = {
      ...driven,
      store,
      others,
      unmeteredStore,
      limits,
      faults,
      userClient,
      clientDriver: request.clientDriver ?? NODE_DRIVER,
      outside: database.outside,
      commits: counter,
      billed,
      openListenChannel: () => billed.clients.watchChannel(database.openListenChannel()),
      signUps,
      createLimiter: limiterMaker(request, driven, others),
      cohort: request.cohort,
      limiterConfig,
      output,
      marketRows: request.marketRows,
    };
    if (target.kind === "emulator") await warm(request, driven, store, userClient);
    for (const scenario of phasesOf(request.scenarios, options.durationMs)) {
      await runScenario(context, cohortScenario(scenario, request.cohort));
      signal.throwIfAborted();
    }
    await settleTarget(context, "the read-back");
    output.phase("Reading the database back");
    const { patientStore } = database;
    await findLostSignUps(patientStore, signUps, state);
    const audit = new DataAudit(state.expectations());
    const onProgress = (documents: number): void => output.live(() => [`  ${documents} documents`]);
    const { population } = state;
    const { onDocument } = request;
    await readBack({
      store: patientStore,
      target,
      population,
      audit,
      signal,
      onProgress,
      onDocument,
    });
    return audit;
  } finally {
    await database.close();
  }
}

/** Makes the limiters of a phase's workers: each with its share of the rates, and a stream of its own. */
function limiterMaker(
  { options, limiterConfig, cohort }: SimulationRequest,
  { state, createLimiter: create }: Driven,
  others: OthersWatch,
): RunContext["createLimiter"] {
  const planOf = plansOf(state.population);
  const onOthers = (writes: number, atMs: number): void => others.observer?.(writes, atMs);
  return (workers, shardKey) => {
    const config = workers === 1 ? limiterConfig : shareOfLimits(limiterConfig, workers);
    const name = `limiter/${state.phases.length}`;
    const rng = state.rng.fork(workers === 1 ? name : `${name}/${shardKey}`);
    const own = { strategy: options.limiter, config, planOf };
    return cohortLimiter(own, rng, { cohort, create, onOthers });
  };
}

async function provision(
  request: SimulationRequest,
  { clock, state, signal, note }: Driven,
  store: MeteredStore,
  signUps: SignUps,
): Promise<void> {
  const { output, options } = request;
  output.phase(`Provisioning ${options.users} users in ${options.tenants} tenants`);
  if (options.clock === "virtual") sayCohort(state, request, note);
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

/** Says how the users are simulated; in the report, too, where not each for itself. */
function sayCohort(
  { cohort, population }: RunState,
  { options, scenarios, output }: SimulationRequest,
  note: (text: string) => void,
): void {
  if (cohort === 1) {
    const size = cohortToOffer({ ...options, scenarios });
    const shorter =
      size === undefined
        ? ""
        : ` That takes minutes; --cohort ${size} takes ${size} of them together and is some ${size} times as fast (docs/cohort.md).`;
    output.line(`  Cohorts: none, every user is simulated.${shorter}`);
    return;
  }
  note(
    `Cohorts of ${cohort}: ${population.users.length} users are simulated, and each stands for ${cohort} alike ones with all they do. Counts and rates are of all of them; docs/cohort.md says what is coarser for it.`,
  );
}

async function warm(
  { output }: SimulationRequest,
  { clock, state, signal, note, warmUpMs }: Driven,
  store: MeteredStore,
  client: UserClient,
): Promise<void> {
  output.phase(`Warming up the emulator's queries for ${warmUpMs / 1000} s, unmeasured`);
  const rng = state.rng.fork("warm-up");
  const operations = createOperations({
    client,
    clock,
    rng,
    journal: new LedgerJournal(),
    signUp: () => Promise.reject(new Error("nobody signs up in a warm-up")),
  });
  const { users } = state.population;
  const asked = await warmUp({
    clock,
    rng,
    store,
    operations,
    users,
    durationMs: warmUpMs,
    signal,
  });
  note(`Warm-up: ${asked} unmeasured queries in the ${warmUpMs / 1000} s before the first phase.`);
}

/**
 * A sign-up whose answer was lost may have been carried out: then the audit must expect all its
 * documents. They are made in one commit, so one of them tells.
 */
async function findLostSignUps(store: Store, signUps: SignUps, state: RunState): Promise<void> {
  const uids = await signUps.unanswered();
  if (uids.length === 0) return;
  const found = await store.get(uids.map(userPath));
  for (const snapshot of found) {
    if (!snapshot) continue;
    const { tenant_id: tenantId } = parseDocument(userSchema, snapshot);
    state.tenantOf.set(idOf(snapshot.path), tenantId);
  }
}
