import type { LimitsControl } from "./gateway-control.ts";
import type { LatencyChoice, LimitsChoice } from "./limits-choice.ts";

/** Where a run's load goes. */
type TargetKind = "emulator" | "embedded" | "staging";

/** A database that is up, and has the service's security rules loaded where it evaluates them. */
export interface Target {
  readonly kind: TargetKind;
  /** Of a staging target: whether it is no project of Google's but one that a gateway poses as. */
  readonly isPosed?: boolean;
  /** Google Cloud project ID that all clients use, such as "demo-plimsoll". */
  readonly projectId: string;
  /** host:port of the Firestore endpoint: the gateway's, where there is one. */
  readonly endpoint: string;
  /** What it is, with version and place: "official Firestore emulator 1.19.9 (/usr/lib/…jar)". */
  readonly description: string;
  /** Why it was taken: "FIRESTORE_EMULATOR_HOST is set", "no emulator running; found Java 17 and a jar". */
  readonly reason: string;
  /** Whether production's limits are enforced on it, only counted, or unknown to it. */
  readonly limits: LimitsChoice;
  /** Whose latencies are added to its own. */
  readonly latency: LatencyChoice;
  /** Asks and tells the limits; null when the limits are off. */
  readonly control: LimitsControl | null;
  /** Whether security rules decide about clients: only the official emulator evaluates them. */
  readonly evaluatesRules: boolean;
  /** Process ID of the database when this run started it, else null. */
  readonly processId: number | null;
  /** Process ID of the gateway where it is another process than the database's; else null. */
  readonly gatewayProcessId: number | null;
  /**
   * Settles when a part of the target stops answering or its process ends before `stop` was
   * called: the error says which part, and what happened. Never rejects.
   */
  readonly died: Promise<Error>;
  /** Hears what the run is about to do: bring data about (from the start), or load the database. */
  readonly stage?: (stage: "seeding" | "load") => void;
  /** Deletes all documents; nothing on staging, where a run has only its own. */
  clear(): Promise<void>;
  /** Names of the collections right beneath a document, or of the root's when none is given. */
  collectionIds(documentPath?: string): Promise<readonly string[]>;
  /** Ends what this run started, by process ID. Safe to call more than once. */
  stop(): Promise<void>;
}
