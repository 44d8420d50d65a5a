/** Where a run's load goes. */
type TargetKind = "emulator" | "embedded" | "staging";

/** A database that is up and has the service's security rules loaded. */
export interface Target {
  readonly kind: TargetKind;
  /** Google Cloud project ID that all clients use, such as "demo-plimsoll". */
  readonly projectId: string;
  /** host:port of the Firestore endpoint. */
  readonly endpoint: string;
  /** What it is, with version and place: "official Firestore emulator 1.19.9 (/usr/lib/…jar)". */
  readonly description: string;
  /** Why it was taken: "FIRESTORE_EMULATOR_HOST is set", "no emulator running; found Java 17 and a jar". */
  readonly reason: string;
  /** Process ID of the emulator when this run started it, else null. */
  readonly processId: number | null;
  /**
   * Settles when the target stops answering or its process ends before `stop` was called: the
   * error says what happened. Never rejects.
   */
  readonly died: Promise<Error>;
  /** Deletes all documents. */
  clear(): Promise<void>;
  /** Names of the collections right beneath a document, or of the root's when none is given. */
  collectionIds(documentPath?: string): Promise<readonly string[]>;
  /** Ends what this run started, by process ID. Safe to call more than once. */
  stop(): Promise<void>;
}
