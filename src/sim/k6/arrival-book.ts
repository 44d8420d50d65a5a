import type { ClientOperation } from "../config/scenario.ts";
import type { ClientArrival } from "../drivers/client-arrivals.ts";
import type { ClientPhase, DriverRecorder } from "../drivers/client-driver.ts";
import type { OperationOutcome } from "../drivers/outcome.ts";
import { isQuery } from "../measure/client-queries.ts";
import { parseLine, type ReadLine } from "./parse-line.ts";

/** What the lines are told on to. */
export interface BookKeeping extends Pick<
  ClientPhase,
  "journal" | "commits" | "billed" | "outside"
> {
  readonly recorder: DriverRecorder;
  /** The same moment on k6's clock, which is wall time, and on ours (`recorder.startMs`). */
  readonly startWallMs: number;
}

type Told = Exclude<ReadLine, { readonly kind: "fault" }>;
type Carried = Exclude<Told, { readonly kind: "dropped" }>;

/** Different complaints kept; each is counted. */
const COMPLAINTS_MAX = 20;

/**
 * Holds the lines of all k6 processes against the arrivals they were given: each must be told of
 * once. What is told goes to the same recorder and journal as the Node driver's own operations.
 */
export class ArrivalBook {
  readonly #arrivals: ReadonlyMap<ClientOperation, readonly ClientArrival[]>;
  readonly #told: ReadonlyMap<ClientOperation, Uint8Array>;
  readonly #keeping: BookKeeping;
  readonly #complaints = new Map<string, number>();
  #answered = 0;

  /** From here on every ledger entry of the plan may be in the database. */
  constructor(
    arrivals: ReadonlyMap<ClientOperation, readonly ClientArrival[]>,
    keeping: BookKeeping,
  ) {
    this.#arrivals = arrivals;
    this.#keeping = keeping;
    this.#told = new Map(
      [...arrivals].map(([kind, ofKind]) => [kind, new Uint8Array(ofKind.length)]),
    );
    for (const { content } of arrivals.get("ledger-create") ?? []) {
      if (content.kind === "trade") keeping.journal.sending(content.record);
    }
  }

  get total(): number {
    return [...this.#arrivals.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Arrivals that a line has told of. */
  get answered(): number {
    return this.#answered;
  }

  /** What was wrong with the lines, in sentences, and how often. */
  get faults(): readonly string[] {
    return [...this.#complaints].map(([what, times]) =>
      times === 1 ? what : `${what} (${times}×)`,
    );
  }

  /** A line that some process printed. Chatter of k6's own is none of the book's business. */
  hear(text: string): void {
    const seen = parseLine(text);
    if (seen.kind === "chatter") return;
    if (seen.kind === "unreadable") this.#complain("a line that cannot be read");
    else if (seen.line.kind === "fault") this.#complain(`the script failed: ${seen.line.message}`);
    else this.#hearOf(seen.line);
  }

  /**
   * Ends the book. What was never told of counts as dropped; in a phase that was cut short, only
   * what had been due, as not finished.
   */
  close(nowMs: number, isCut: boolean): void {
    const { recorder } = this.#keeping;
    let missing = 0;
    for (const [kind, told] of this.#told) {
      for (const [n, arrival] of (this.#arrivals.get(kind) ?? []).entries()) {
        if (told[n] === 1) continue;
        const intendedMs = recorder.startMs + arrival.offsetMs;
        if (!isCut) {
          missing += 1;
          recorder.dropped(kind, intendedMs);
        } else if (intendedMs <= nowMs) {
          recorder.operation(kind, intendedMs, intendedMs, nowMs, CUT_SHORT);
        }
      }
    }
    if (missing > 0) {
      this.#complaints.set(`${missing} of ${this.total} arrivals were never told of`, 1);
    }
  }

  #hearOf(line: Told): void {
    const { operation: kind, n } = line;
    const arrival = this.#arrivals.get(kind)?.[n];
    const told = this.#told.get(kind);
    if (arrival === undefined || told === undefined) {
      this.#complain("a line about an arrival that is not in the plan");
      return;
    }
    if (told[n] === 1) {
      this.#complain("an arrival told of twice");
      return;
    }
    if (line.kind !== "dropped" && !this.#canBe(line)) {
      this.#complain("an arrival told of with times that cannot be");
      return;
    }
    told[n] = 1;
    this.#answered += 1;
    if (line.kind === "dropped") this.#dropped(kind, arrival);
    else this.#carried(kind, arrival, line);
  }

  #canBe({ startedMs, finishedMs }: Carried): boolean {
    return startedMs >= this.#keeping.startWallMs - CLOCK_STEP_MS && finishedMs >= startedMs;
  }

  #dropped(kind: ClientOperation, { offsetMs, content }: ClientArrival): void {
    const { recorder, journal } = this.#keeping;
    recorder.dropped(kind, recorder.startMs + offsetMs);
    if (content.kind === "trade") journal.refuse(content.record);
    this.#complain("an arrival for which no virtual user was free before the phase's end");
  }

  #carried(kind: ClientOperation, { offsetMs, content }: ClientArrival, line: Carried): void {
    const { recorder, startWallMs, journal, commits } = this.#keeping;
    const intendedMs = recorder.startMs + offsetMs;
    const monotonic = (wallMs: number): number => wallMs - startWallMs + recorder.startMs;
    // Its clock counts whole milliseconds, and ours does not.
    const startedMs = Math.max(intendedMs, monotonic(line.startedMs));
    const finishedMs = Math.max(startedMs, monotonic(line.finishedMs));
    recorder.operation(kind, intendedMs, startedMs, finishedMs, outcomeOf(line));
    this.#bill(kind, line);
    this.#tellOutside(kind, line);
    if (content.kind !== "trade") return;
    commits.sentElsewhere(line.attempts);
    if (line.kind === "ok") journal.acknowledge(content.record);
    else if (!line.ambiguous) journal.refuse(content.record);
  }

  /** As BilledOperations counts what passes through this process; sign-ups do. */
  #bill(kind: ClientOperation, line: Carried): void {
    const { billed } = this.#keeping;
    if (line.kind === "failed") {
      const isMiss = kind === "account-snapshot" && line.code === "NOT_FOUND";
      if (isMiss) billed.billedElsewhere({ reads: 1, writes: 0 });
    } else if (kind === "ledger-create") {
      billed.billedElsewhere({ reads: 0, writes: 1 });
    } else if (isQuery(kind)) {
      billed.billedElsewhere({ reads: Math.max(1, line.documents), writes: 0 });
    }
  }

  /** Sign-ups went through this process. */
  #tellOutside(kind: ClientOperation, line: Carried): void {
    const { outside } = this.#keeping;
    if (outside === undefined || kind === "sign-up") return;
    const code = line.kind === "ok" ? "OK" : line.code;
    const documents = line.kind === "ok" ? line.documents : 0;
    const isCreate = kind === "ledger-create";
    outside.carried(isCreate ? "create" : "read", code, documents, line.attempts);
  }

  #complain(what: string): void {
    const isKept = this.#complaints.has(what) || this.#complaints.size < COMPLAINTS_MAX;
    const key = isKept ? what : "further faults";
    this.#complaints.set(key, (this.#complaints.get(key) ?? 0) + 1);
  }
}

/** By how much a wall clock may be set back while a phase runs. */
const CLOCK_STEP_MS = 1000;

const CUT_SHORT: OperationOutcome = {
  kind: "failed",
  code: "CANCELLED",
  message: "not finished when the phase ended",
  attempts: 1,
};

function outcomeOf(line: Carried): OperationOutcome {
  const { attempts } = line;
  if (line.kind === "ok") return { kind: "ok", documents: line.documents, attempts };
  return { kind: "failed", code: line.code, message: line.message, attempts };
}
