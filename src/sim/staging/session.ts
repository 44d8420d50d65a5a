import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Store } from "../../system/store/store.ts";
import type { RunInputs } from "../cli/load-inputs.ts";
import { UserError } from "../cli/errors.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { SimulationInputs } from "../cli/simulate.ts";
import { createUserClient } from "../drivers/user-client.ts";
import { openListenChannel } from "../drivers/listen-channel.ts";
import { OperationTally } from "../measure/operation-tally.ts";
import { phasesOf } from "../run/phases-of.ts";
import { CONNECTIONS, type Database } from "../run/open-database.ts";
import { commitName } from "../run/machine-facts.ts";
import { replayCommand } from "../run/replay-command.ts";
import type { Target } from "../targets/target.ts";
import { AccountClient } from "./accounts.ts";
import { billOf } from "./bill.ts";
import { bareChannelCredentials } from "./channel-credentials.ts";
import { cleanCommand } from "./clean-command-line.ts";
import { collectionIds } from "./collection-ids.ts";
import { confinedClient } from "./confined-client.ts";
import { confinedStore } from "./confined-store.ts";
import { admitUsers } from "./admit-users.ts";
import { compareDeployed } from "./compare-deployed.ts";
import type { DeployedDatabase } from "./deployed.ts";
import { estimateRun } from "./estimate.ts";
import { asRefusals, requireStaging } from "./guard.ts";
import { IdTokens } from "./id-tokens.ts";
import { takeStagingLease, type StagingLease } from "./lease.ts";
import { createManifest, updateManifest } from "./manifest.ts";
import { isLoopback, type StagingProject } from "./project.ts";
import {
  countedStore,
  openProjectStore,
  watchCredentials,
  type ProjectStore,
} from "./project-store.ts";
import { RunScope, runIdAt } from "./run-scope.ts";
import { cappedStore, WriteCaps, type WriteLimits } from "./write-caps.ts";

export type StagingRequest = Pick<SimulationInputs, "options" | "scenarios" | "output" | "signal"> &
  Pick<RunInputs, "indexesFile">;

/** One run's stay in a project: what it looks at first, what it may do there, and what it gives back. */
export class StagingSession {
  readonly scope: RunScope;
  readonly tokens: IdTokens;
  /** Aborts when the run is to end: Ctrl-C, a cap, a lost lease, refused credentials. */
  readonly signal: AbortSignal;
  /** Counts all of the run's traffic with the database, nearest to it. */
  readonly tally: OperationTally;
  /** Sentences for the report. */
  readonly notes: string[] = [];
  readonly #clock: Clock;
  readonly #project: StagingProject;
  readonly #request: StagingRequest;
  readonly #accounts: AccountClient;
  readonly #stopping = new AbortController();
  readonly #died = Promise.withResolvers<Error>();
  #opened: { readonly store: ProjectStore; readonly lease: StagingLease } | undefined;
  #caps: WriteCaps | undefined;
  #stopped: Promise<void> | undefined;

  constructor(clock: Clock, project: StagingProject, request: StagingRequest) {
    this.#clock = clock;
    this.tally = new OperationTally(clock);
    this.#project = project;
    this.#request = request;
    this.scope = new RunScope(runIdAt(clock.wallMs()));
    this.tokens = new IdTokens(clock, project);
    this.#accounts = new AccountClient(clock, project);
    this.signal = AbortSignal.any([request.signal, this.#stopping.signal]);
  }

  get project(): StagingProject {
    return this.#project;
  }

  get clock(): Clock {
    return this.#clock;
  }

  get output(): RunOutput {
    return this.#request.output;
  }

  /** Documents sent to be written so far. */
  get writes(): number {
    return this.#caps?.sent ?? 0;
  }

  /** Looks the project over, says what the run will cost, and takes the lease. The run stops it. */
  async open(): Promise<Target> {
    const { output } = this.#request;
    const store = countedStore(openProjectStore(this.#project), this.tally);
    try {
      output.phase(`Looking over project ${this.#project.projectId}`);
      const database = await requireStaging(this.#clock, this.#project, store.store, this.signal);
      await this.#compare();
      const limits = this.#bill(database);
      const lease = await this.#begin(store.store);
      this.#opened = { store, lease };
      const stop = (reason: string): void => this.#stop(reason);
      this.#caps = new WriteCaps(this.#clock, limits, stop);
      return this.#target(database);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** The ways to the database that the run gets: confined to its own documents, under the caps. */
  openDatabase(): Database {
    const { store, caps } = this.#parts();
    const { endpoints, projectId, databaseId } = this.#project;
    const confine = (one: Store): Store =>
      confinedStore(
        cappedStore(
          watchCredentials(one, (reason) => this.#stop(reason)),
          caps,
        ),
        this.scope,
      );
    const place = {
      endpoint: endpoints.firestore.host,
      projectId,
      databaseId,
      tokenOf: (user: { readonly uid: string }) => this.tokens.tokenOf(user),
    };
    const tls = endpoints.firestore.tls;
    const client = this.tally.watchClient(
      createUserClient({ ...place, tls, maxConnections: CONNECTIONS }, this.#clock),
    );
    return {
      store: confine(store.store),
      patientStore: confine(store.patientStore),
      userClient: confinedClient(client, this.scope, caps),
      openListenChannel: () =>
        this.tally.watchChannel(
          openListenChannel(
            { ...place, credentials: bareChannelCredentials(this.#project, "firestore") },
            this.#clock,
          ),
        ),
      outside: {
        scheme: tls ? "https" : "http",
        isHere: isLoopback(endpoints.firestore),
        tokenOf: (user, forMs) => this.tokens.tokenFor(user, forMs),
        carried: (kind, code, documents, tries) => {
          this.tally.client(kind, code, documents);
          if (kind === "create") caps.sentElsewhere(tries);
        },
      },
      directory: this.#accounts,
      admit: async (users, output, signal) => {
        const parts = { clock: this.#clock, accounts: this.#accounts, tokens: this.tokens };
        this.notes.push(await admitUsers(parts, users, output, signal));
      },
      close: () => Promise.resolve(client.close()),
    };
  }

  /** How to delete what the run has made. */
  get cleanCommand(): string {
    return cleanCommand(this.#request.options, this.scope.runId);
  }

  async #compare(): Promise<void> {
    const { output, indexesFile } = this.#request;
    const compared = await compareDeployed(this.#clock, this.#project, indexesFile, this.signal);
    for (const line of compared.lines) output.line(line);
    this.notes.push(...compared.notes);
  }

  #bill({ location }: DeployedDatabase): WriteLimits {
    const { options, scenarios, output } = this.#request;
    const { users, tenants, maxCost, maxWrites, maxWritesPerSecond } = options;
    const estimate = estimateRun({
      users,
      tenants,
      phases: phasesOf(scenarios, options.durationMs),
    });
    const bill = billOf({ estimate, location, maxCost, maxWrites, maxWritesPerSecond });
    for (const line of bill.lines) output.line(`  ${line}`);
    this.notes.push(...bill.lines);
    return bill.limits;
  }

  /** The first that is written: the lease, then the manifest. */
  async #begin(store: Store): Promise<StagingLease> {
    const { output, options } = this.#request;
    const { runId, prefix } = this.scope;
    this.signal.throwIfAborted();
    const lease = await asRefusals(this.#project, () =>
      takeStagingLease(this.#clock, store, {
        run: runId,
        purpose: "run",
        onLost: (reason, kind) => {
          if (kind === "unreachable") this.#died.resolve(lost(this.#project, reason));
          else this.#stop(reason);
        },
      }),
    );
    if (lease.takenOverFrom !== undefined) {
      output.line(`  Run ${lease.takenOverFrom} never gave its lease back; it may want cleaning.`);
    }
    try {
      await createManifest(store, {
        run: runId,
        prefix,
        status: "running",
        command: replayCommand(options),
        commit: commitName(),
        users: options.users,
        started_at: new Date(Math.round(this.#clock.wallMs())),
        ended_at: null,
        writes: 0,
      });
    } catch (error) {
      await lease.release();
      throw error;
    }
    output.line(
      `  Run ${runId}: every ID begins with ${prefix}. To clean up: ${this.cleanCommand}`,
    );
    return lease;
  }

  #target({ location }: DeployedDatabase): Target {
    const { projectId, databaseId, endpoints, isGoogle } = this.#project;
    const posed = isGoogle ? "" : ", posed by a gateway";
    return {
      kind: "staging",
      isPosed: !isGoogle,
      projectId,
      endpoint: endpoints.firestore.host,
      description: `project ${projectId}, database ${databaseId} in ${location}${posed}`,
      reason: "asked for",
      limits: "off",
      latency: "off",
      control: null,
      evaluatesRules: isGoogle,
      processId: null,
      gatewayProcessId: null,
      died: this.#died.promise,
      stage: (stage) => this.#caps?.enter(stage),
      clear: () => Promise.resolve(),
      collectionIds: (path) => collectionIds(this.#clock, this.#project, path),
      stop: () => (this.#stopped ??= this.#giveBack()),
    };
  }

  #stop(reason: string): void {
    this.#stopping.abort(new Error(reason));
  }

  /** Gives the lease back, and says what is left. Never rejects: the report is to be written. */
  async #giveBack(): Promise<void> {
    const { store, lease } = this.#parts();
    const { output } = this.#request;
    const endedAt = new Date(Math.round(this.#clock.wallMs()));
    const ended = { status: "ended", ended_at: endedAt, writes: this.writes } as const;
    const failures: string[] = [];
    const attempt = async (what: string, action: () => Promise<void>): Promise<void> => {
      try {
        await action();
      } catch (error) {
        failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    await attempt("the run's manifest", () => updateManifest(store.store, this.scope.runId, ended));
    await attempt("the lease, which runs out within a minute", () => lease.release());
    await attempt("the connection", () => store.close());
    for (const failure of failures) output.line(`  Not given back: ${failure}`);
    output.line(
      `Run ${this.scope.runId} has left its data in the project. To clean up: ${this.cleanCommand}`,
    );
  }

  #parts(): { store: ProjectStore; lease: StagingLease; caps: WriteCaps } {
    assert(this.#opened !== undefined && this.#caps !== undefined, "the project is not open yet");
    return { ...this.#opened, caps: this.#caps };
  }
}

function lost({ projectId }: StagingProject, reason: string): UserError {
  return new UserError(
    "E_TARGET_DIED",
    `--target staging: project ${projectId} does not answer: ${reason}`,
    "Is the network up? The report holds what was measured until then; the lease runs out by itself.",
  );
}
