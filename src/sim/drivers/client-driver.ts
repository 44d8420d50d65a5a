import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { BilledOperations } from "../measure/billed-operations.ts";
import type { CommitCounter } from "../measure/commit-counter.ts";
import type { GeneratorFacts } from "../measure/generator-facts.ts";
import type { Target } from "../targets/target.ts";
import type { ClientArrivals } from "./client-arrivals.ts";
import { runClientLane, type ClientRecorder } from "./client-lane.ts";
import type { LedgerJournal } from "./ledger-journal.ts";
import { createOperations } from "./operations.ts";
import type { UserClient } from "./user-client.ts";

/** The client traffic of a phase, and all that whoever sends it may need. */
export interface ClientPhase {
  readonly clock: Clock;
  /** The scenario's name. */
  readonly scenario: string;
  readonly arrivals: ClientArrivals;
  readonly durationMs: number;
  /** Decides about retries. */
  readonly rng: Rng;
  readonly target: Pick<Target, "endpoint" | "projectId">;
  readonly userClient: UserClient;
  /** undefined: a local target, which takes any token. */
  readonly outside?: OutsideClients | undefined;
  readonly journal: LedgerJournal;
  /** Signs up somebody new through the service's own provisioning. */
  readonly signUp: () => Promise<void>;
  /** What another process sends is not seen by those who watch this one, and is told to them. */
  readonly commits: CommitCounter;
  readonly billed: BilledOperations;
  /** Shows a sentence to whoever watches the run. */
  readonly say: (text: string) => void;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** A project in the cloud, for clients in another process: what it does not see of them is told. */
export interface OutsideClients {
  readonly scheme: "http" | "https";
  /** Whether it is on this machine. */
  readonly isHere: boolean;
  /** A user's ID token that is good for so long. */
  tokenOf(user: { readonly uid: string }, forMs: number): Promise<string>;
  /** An operation that was carried out, by the code of its last try: OK, or why it failed. */
  carried(kind: "read" | "create", code: string, documents: number, tries: number): void;
}

/** Sends the client traffic of phases. */
export interface ClientDriver {
  /** Does what takes long before a phase begins. Rejects with the signal's reason when that aborts. */
  prepare(phase: ClientPhase): Promise<ReadyClients>;
}

/** Where a lane's operations are told of, and how it went for the generator itself. */
export interface DriverRecorder extends ClientRecorder {
  readonly startMs: number;
  generator: GeneratorFacts | null;
}

/** Clients that wait for the phase to begin. */
export interface ReadyClients {
  /** They need to be told so long ahead. */
  readonly leadMs: number;
  /** Sends the traffic until it is done or the signal aborts. Rejects for a fault of the program. */
  run(recorder: DriverRecorder, signal: AbortSignal): Promise<void>;
  /** Ends what was started. Safe to call at any time, more than once. */
  close(): Promise<void>;
}

/** From this process. */
export const NODE_DRIVER: ClientDriver = {
  prepare: (phase) => {
    const { clock, rng, arrivals, journal, signUp } = phase;
    const client = phase.userClient;
    const operations = createOperations({ client, clock, rng, journal, signUp });
    return Promise.resolve({
      leadMs: 0,
      run: async (recorder, signal) => {
        const { startMs } = recorder;
        await runClientLane({ arrivals, startMs, operations, recorder, signal }, clock);
      },
      close: () => Promise.resolve(),
    });
  },
};
