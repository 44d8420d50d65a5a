import type {
  Admission,
  Decision,
  QueryAttempt,
  ReadAttempt,
  Refusal,
} from "../../firestore/admission/admission.ts";
import type { DatabaseName, Document } from "../../firestore/data/document.ts";
import type { StructuredQuery } from "../../firestore/data/query.ts";
import { FirestoreError } from "../../firestore/data/status.ts";
import type { Write } from "../../firestore/data/write.ts";
import type { EmbeddedDatabase } from "../../firestore/engine/database.ts";
import type {
  CommitResult,
  Consistency,
  ListenEvent,
  Listening,
  Lookup,
  TransactionId,
} from "../../firestore/engine/engine.ts";
import type { Clock } from "../../std/clock.ts";

/** How long a client waits for an answer, and when it no longer wants one. */
export interface Patience {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CommitCall {
  readonly writes: readonly Write[];
  /** Of the request on the wire, about. */
  readonly requestBytes: number;
  readonly transaction?: TransactionId | undefined;
}

/** What became of one commit that reached the database. Times are of the monotonic clock. */
export interface SeenCommit {
  readonly arrivedMs: number;
  readonly endedMs: number;
  readonly writes: readonly Write[];
  /** null: it was committed. */
  readonly error: unknown;
  /** Which limit refused it; null when none did. */
  readonly refusal: Refusal | null;
  /** How long it queued for a limit, and for which kind of thing; then, for transactions' locks. */
  readonly queueMs: number;
  readonly queuedFor: "document" | "range" | undefined;
  readonly lockMs: number;
}

/** What is noted on the way of a commit that somebody hears of. */
interface CommitNotes {
  queueMs: number;
  queuedFor: SeenCommit["queuedFor"];
  /** When it found its documents locked by transactions; undefined: it did not. */
  lockedMs: number | undefined;
}

const LATEST: Consistency = { kind: "latest" };

/**
 * A Firestore database in this process: production's limits and latencies in front of the engine,
 * as in the gateway, with calls in the place of requests. All methods reject with a FirestoreError,
 * or with the signal's reason.
 */
export class InProcessDatabase {
  readonly #clock: Clock;
  readonly #database: EmbeddedDatabase;
  readonly #admission: Admission;
  readonly #onCommit: ((seen: SeenCommit) => void) | undefined;

  /** `onCommit` hears of every commit when it has ended. */
  constructor(
    clock: Clock,
    database: EmbeddedDatabase,
    admission: Admission,
    onCommit?: (seen: SeenCommit) => void,
  ) {
    this.#clock = clock;
    this.#database = database;
    this.#admission = admission;
    this.#onCommit = onCommit;
  }

  get name(): DatabaseName {
    return this.#database.name;
  }

  commit(call: CommitCall, patience: Patience): Promise<CommitResult> {
    return this.#onCommit === undefined
      ? this.#commit(call, patience)
      : this.#commitSeen(call, patience, this.#onCommit);
  }

  async #commitSeen(
    call: CommitCall,
    patience: Patience,
    onCommit: (seen: SeenCommit) => void,
  ): Promise<CommitResult> {
    const { writes } = call;
    const arrivedMs = this.#clock.monotonicMs();
    const notes: CommitNotes = { queueMs: 0, queuedFor: undefined, lockedMs: undefined };
    const tell = (error: unknown): void => {
      const refusal = error instanceof Refused ? error.refusal : null;
      const endedMs = this.#clock.monotonicMs();
      const { queueMs, queuedFor, lockedMs = endedMs } = notes;
      const lockMs = endedMs - lockedMs;
      onCommit({ arrivedMs, endedMs, writes, error, refusal, queueMs, queuedFor, lockMs });
    };
    try {
      const result = await this.#commit(call, patience, notes);
      tell(null);
      return result;
    } catch (error) {
      tell(error);
      throw error;
    }
  }

  async #commit(call: CommitCall, patience: Patience, notes?: CommitNotes): Promise<CommitResult> {
    const { writes, requestBytes, transaction } = call;
    const sentMs = this.#clock.monotonicMs();
    const documents = this.#database.locate(writes);
    const attempt = { database: this.name, writes, requestBytes, documents };
    const decision = this.#admission.commit(attempt, sentMs);
    if (notes !== undefined) note(notes, decision);
    if (isQuick(decision, patience)) await this.#clock.sleep(decision.delayMs, patience.signal);
    else await this.#pass(decision, patience);
    const result = this.#database.commitNow(documents, transaction);
    if (result !== "blocked") return result;
    if (notes !== undefined) notes.lockedMs = this.#clock.monotonicMs();
    const waitedMs = this.#clock.monotonicMs() - sentMs;
    return this.#commitLater(call, { ...patience, deadlineMs: patience.deadlineMs - waitedMs });
  }

  async query(
    query: StructuredQuery,
    patience: Patience,
    at: Consistency = LATEST,
  ): Promise<readonly Document[]> {
    await this.#passQuery({ database: this.name, query }, patience);
    const { result } = await this.#database.query(query, at);
    return result.documents;
  }

  async get(
    paths: readonly string[],
    patience: Patience,
    at: Consistency = LATEST,
  ): Promise<readonly Lookup[]> {
    const attempt: ReadAttempt = { database: this.name, paths };
    await this.#pass(this.#admission.read(attempt, this.#clock.monotonicMs()), patience);
    const { result } = await this.#database.get(paths, at);
    return result;
  }

  /** Watches a query: see Database.listen. The first view comes when the limits let it through. */
  async listen(
    query: StructuredQuery,
    patience: Patience,
    sink: (event: ListenEvent) => void,
  ): Promise<Listening> {
    await this.#passQuery({ database: this.name, query, listen: true }, patience);
    return this.#database.listen({ query }, sink);
  }

  /** `retryOf` is the transaction whose priority it takes over. */
  begin(retryOf: TransactionId | undefined): TransactionId {
    const mode = { kind: "read-write", retryOf, concurrency: "pessimistic" } as const;
    return this.#database.begin(mode).transaction;
  }

  rollback(transaction: TransactionId): void {
    this.#database.rollback(transaction);
  }

  clear(): void {
    this.#database.clear();
  }

  /** Names of the collections right beneath a document, of the root's for "". Nobody is charged. */
  async collectionIds(documentPath: string): Promise<readonly string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#database.listCollectionIds(documentPath, 1000, token, LATEST);
      ids.push(...page.items);
      token = page.nextPageToken;
    } while (token !== undefined);
    return ids;
  }

  #passQuery(attempt: QueryAttempt, patience: Patience): Promise<void> {
    return this.#pass(this.#admission.query(attempt, this.#clock.monotonicMs()), patience);
  }

  /** Lets the time pass that the limits say; the client may have had enough before. */
  async #pass(decision: Decision, { deadlineMs, signal }: Patience): Promise<void> {
    const { delayMs } = decision;
    if (delayMs >= deadlineMs) {
      await this.#clock.sleep(deadlineMs, signal);
      throw tooLate(deadlineMs);
    }
    if (delayMs > 0) await this.#clock.sleep(delayMs, signal);
    if (decision.kind === "refuse") throw new Refused(decision);
  }

  /** Waits for the locks of transactions, as long as the client does. */
  async #commitLater(
    { writes, transaction }: CommitCall,
    { deadlineMs, signal }: Patience,
  ): Promise<CommitResult> {
    const ended = new AbortController();
    const late = new AbortController();
    void this.#clock.sleep(deadlineMs, ended.signal).then(
      () => late.abort(tooLate(deadlineMs)),
      () => undefined, // It was answered in time.
    );
    const either = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
    try {
      return await this.#database.commit(writes, transaction, either);
    } finally {
      ended.abort();
    }
  }
}

/** Whether nothing is in the way but a wait that the client is ready for: so it is nearly always. */
function isQuick({ kind, delayMs }: Decision, { deadlineMs }: Patience): boolean {
  return kind === "admit" && delayMs > 0 && delayMs < deadlineMs;
}

function note(notes: CommitNotes, decision: Decision): void {
  if (decision.kind !== "admit") return;
  notes.queueMs = decision.queueMs ?? 0;
  notes.queuedFor = decision.queuedFor;
}

/** By a limit: with what production does not tell. */
class Refused extends FirestoreError {
  readonly refusal: Refusal;

  constructor({ code, message, refusal }: Extract<Decision, { kind: "refuse" }>) {
    super(code, message);
    this.refusal = refusal;
  }
}

function tooLate(deadlineMs: number): FirestoreError {
  return new FirestoreError("DEADLINE_EXCEEDED", `no answer in ${Math.round(deadlineMs)} ms`);
}
