import { LIMITS } from "../limits/limits.ts";
import type { ModelConstants } from "./constants.ts";
import { DocumentLocks, REFUSED_AT_MOST } from "./document-locks.ts";
import type { KeyRange } from "./key-range.ts";
import type { KeySpace } from "./key-space.ts";
import { type RangeRates, rangeRates } from "./range-rates.ts";
import type { RowPlace } from "./row-place.ts";
import { type RowHandle, RowTable } from "./row-table.ts";
import { SpaceTable } from "./space-table.ts";
import { type KeyRest, WHOLE_KEY } from "./start-finder.ts";

const DEADLINE_MS = LIMITS["rpc-deadline"].value;

/** A range, or a space as a whole while it grows. */
export type LoadedQueue = KeyRange | KeySpace;

/** What stood in the way of the last refused commit or read. */
export type Obstacle = {
  readonly waitMs: number;
  /** In so long the same would pass, if nothing else came; Infinity: never. */
  readonly passesInMs: number;
} & (
  | { readonly kind: "document"; readonly document: RowHandle }
  /** "deadline": with the commit's own work it would take longer than a call may. */
  | { readonly kind: "queue" | "deadline"; readonly queue: LoadedQueue }
);

/**
 * What one database holds: its ranges and its documents' locks. A commit is told row by row and then
 * decided: `begin`, for each write its rows and `endWrite`, then `decide`. Nothing is allocated on
 * the way, so that a virtual clock can run millions of writes a second through it.
 */
export class CapacityModel {
  readonly locks: DocumentLocks;
  readonly rates: RangeRates;
  readonly #rangePatienceMs: number;
  readonly #refusedWork: number;
  readonly #readWork: number;
  readonly #spaces: SpaceTable;
  readonly #rows = new RowTable();

  /** How many alike writes or reads each of the next stands for: see AttemptWeight. */
  weight = 1;

  // The commit under way.
  #nowMs = 0;
  #commit = 0;
  #write = 0;
  readonly #touched: KeyRange[] = [];
  #touchedCount = 0;
  /** The ranges, and the spaces that still grow. */
  readonly #queues: LoadedQueue[] = [];
  #queueCount = 0;
  /** Where rows are deleted, each time. */
  readonly #emptied: RowPlace[] = [];
  #emptiedCount = 0;
  readonly #locked: RowHandle[] = [];
  #lockedCount = 0;
  /** The commit that locked the document last, by handle: it takes each lock once. */
  readonly #lockMarks: number[] = [];
  #obstacle: Obstacle | undefined;
  /** The queue or document that made the last admitted commit wait the longest. */
  #slowestQueue: LoadedQueue | undefined;
  #slowestDocument: RowHandle = -1;

  /** `usualWeight` is what most commits weigh. */
  constructor(constants: ModelConstants, seed: number, usualWeight = 1) {
    this.locks = new DocumentLocks(constants);
    this.rates = rangeRates(constants, usualWeight);
    this.#rangePatienceMs = constants["range-patience"];
    this.#refusedWork = constants["refused-work"];
    this.#readWork = constants["read-work"];
    this.#spaces = new SpaceTable(this.rates, seed);
  }

  /** The documents of a root collection and all beneath it. */
  documentSpace(path: string, nowMs: number): KeySpace {
    const slash = path.indexOf("/");
    return this.#spaces.of("documents", slash < 0 ? path : path.slice(0, slash), nowMs);
  }

  /** An index over all its parents; the name is the definition's. */
  indexSpace(name: string, nowMs: number): KeySpace {
    return this.#spaces.of("index", name, nowMs);
  }

  knownIndexSpace(name: string): KeySpace | undefined {
    return this.#spaces.known("index", name);
  }

  spaces(): readonly KeySpace[] {
    return this.#spaces.all();
  }

  /**
   * Splits all spaces, those to come included, as if they had long served so many writes a second;
   * 0: they are as in a database that nobody has used for long.
   */
  warm(writesPerSecond: number, nowMs: number): void {
    this.#spaces.warm(writesPerSecond, nowMs);
  }

  /** Empties all queues, locks and counters. What load has split stays split. */
  rest(nowMs: number): void {
    this.locks.clear();
    for (const space of this.spaces()) {
      space.rest(nowMs);
      for (const range of space.ranges) range.rest(nowMs);
    }
  }

  openDocument(path: string, nowMs: number): RowHandle {
    return this.openRow(this.documentSpace(path, nowMs), path);
  }

  openRow(space: KeySpace, key: string): RowHandle {
    const handle = this.#rows.open(space, key);
    this.locks.open(handle);
    return handle;
  }

  close(handle: RowHandle): void {
    this.#rows.close(handle);
  }

  keyOf(handle: RowHandle): string {
    return this.#rows.keyOf(handle);
  }

  /** Whether the handle is the document's: it may have been closed since it was handed out. */
  isOf(handle: RowHandle, path: string): boolean {
    return this.#rows.keyOf(handle) === path;
  }

  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#commit += 1;
    this.#write += 1;
    this.#touchedCount = 0;
    this.#queueCount = 0;
    this.#emptiedCount = 0;
    this.#lockedCount = 0;
    this.#obstacle = undefined;
  }

  /** The document is written, and `created` (1), deleted (-1) or changed (0). */
  document(handle: RowHandle, created: number): void {
    const range = this.#rows.touch(handle, this.#nowMs, this.weight);
    this.#add(range, this.#rows.spaceOf(handle), this.weight);
    range.commitRows += created * this.weight;
    if (this.#lockMarks[handle] === this.#commit) return;
    this.#lockMarks[handle] = this.#commit;
    this.#locked[this.#lockedCount] = handle;
    this.#lockedCount += 1;
  }

  /** A row of an index changes that has a handle. */
  row(handle: RowHandle): void {
    const range = this.#rows.touch(handle, this.#nowMs, this.weight);
    this.#add(range, this.#rows.spaceOf(handle), this.weight);
  }

  /** A document that is made: nobody can have waited for its lock yet. */
  newDocument(space: KeySpace, path: string): void {
    const range = space.touch(path, WHOLE_KEY, this.#nowMs, this.weight);
    this.#add(range, space, this.weight);
    range.commitRows += this.weight;
  }

  /** A row changes that has no handle: `created` (1) or deleted (-1). Its key: the prefix and the rest. */
  rowAt(space: KeySpace, prefix: string, rest: KeyRest, created: number): void {
    const range = space.touch(prefix, rest, this.#nowMs, this.weight);
    this.#add(range, space, this.weight);
    range.commitRows += created * this.weight;
  }

  /** A row there is deleted. */
  rowDeletedAt(place: RowPlace): void {
    this.#emptied[this.#emptiedCount] = place;
    this.#emptiedCount += 1;
  }

  endWrite(): void {
    this.#write += 1;
  }

  /**
   * How long the commit waits, in milliseconds; -1: it is refused, and `obstacle` says by what. What
   * is let through is charged in full, what is refused a little.
   */
  decide(): number {
    const nowMs = this.#nowMs;
    const lockWait = this.#attemptLocks();
    const queueWait = this.#attemptQueues();
    if (lockWait < 0 || queueWait < 0) {
      this.#obstacle = { ...this.obstacle, passesInMs: this.#passesInMs() };
      return -1;
    }
    for (let index = 0; index < this.#queueCount; index += 1) {
      const queue = this.#queues[index] as LoadedQueue;
      queue.serve(queue.commitWork, nowMs);
    }
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const range = this.#touched[index] as KeyRange;
      range.rows += range.commitRows;
    }
    for (let index = 0; index < this.#emptiedCount; index += 1) {
      (this.#emptied[index] as RowPlace).noteDeleted(nowMs, this.rates.weight);
    }
    for (let index = 0; index < this.#lockedCount; index += 1) {
      this.locks.hold(this.#locked[index] as RowHandle, nowMs);
    }
    return lockWait > queueWait ? lockWait : queueWait;
  }

  get obstacle(): Obstacle {
    return this.#obstacle as Obstacle;
  }

  get slowestQueue(): LoadedQueue | undefined {
    return this.#slowestQueue;
  }

  get slowestDocument(): RowHandle {
    return this.#slowestDocument;
  }

  /** How many take part in the commit that was decided last. */
  participants(): number {
    let apart = 0;
    let together = 0;
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const range = this.#touched[index] as KeyRange;
      if (this.#isApart(range)) apart += range.owner.copies;
      else together = 1;
    }
    return Math.max(1, apart + together);
  }

  /** The same, for any ranges. */
  participantsOf(ranges: readonly KeyRange[]): number {
    const apart = ranges.filter((range) => this.#isApart(range));
    const together = apart.length < ranges.length ? 1 : 0;
    return Math.max(1, together + apart.reduce((sum, { owner }) => sum + owner.copies, 0));
  }

  /**
   * All that has never been split and is not hot lies together in the split with which a database
   * begins; every other range is a participant of its own.
   */
  #isApart(range: KeyRange): boolean {
    return range.owner.size > 1 || range.rate >= this.rates.hotRate;
  }

  /** Like `decide`, for reading a row. */
  read(space: KeySpace, key: string, nowMs: number): number {
    this.begin(nowMs);
    const work = this.#readWork * this.weight;
    const range = space.touch(key, WHOLE_KEY, nowMs, work);
    this.#add(range, space, work);
    return this.decide();
  }

  #attemptLocks(): number {
    const nowMs = this.#nowMs;
    let longest = 0;
    this.#slowestDocument = -1;
    for (let index = 0; index < this.#lockedCount; index += 1) {
      const document = this.#locked[index] as RowHandle;
      const contention = this.locks.attempt(document, nowMs);
      const wait = this.locks.waitMs(document, nowMs);
      if (wait > this.locks.patienceMs) {
        this.locks.refuse(document, this.#refusedWork, nowMs);
        this.#obstacle = { kind: "document", document, waitMs: wait, passesInMs: 0 };
        longest = -1;
        break;
      }
      if (wait + contention > longest) {
        longest = wait + contention;
        this.#slowestDocument = document;
      }
    }
    return longest;
  }

  /** Counts the load on every queue, and finds how long the commit waits for the fullest. */
  #attemptQueues(): number {
    const nowMs = this.#nowMs;
    let longest = 0;
    let fullest: LoadedQueue | undefined;
    this.#slowestQueue = undefined;
    for (let index = 0; index < this.#queueCount; index += 1) {
      const queue = this.#queues[index] as LoadedQueue;
      const work = queue.commitWork;
      queue.windowWork += work;
      const found = queue.busyMs(nowMs);
      if (
        found > this.#rangePatienceMs &&
        (fullest === undefined || found > fullest.waitMs(nowMs))
      ) {
        fullest = queue;
      }
      const wait = found + queue.ownWorkMs;
      if (wait > longest) {
        longest = wait;
        this.#slowestQueue = queue;
      }
    }
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const range = this.#touched[index] as KeyRange;
      range.operations += range.commitWork;
    }
    if (fullest === undefined && longest <= DEADLINE_MS) return longest;
    const queue = fullest ?? this.#slowestQueue;
    if (queue === undefined || this.#obstacle !== undefined) return -1;
    return this.#refuse(queue, longest);
  }

  #refuse(queue: LoadedQueue, longestMs: number): -1 {
    const waitMs = Math.max(queue.waitMs(this.#nowMs), longestMs);
    const kind = waitMs > DEADLINE_MS ? "deadline" : "queue";
    this.#obstacle = { kind, queue, waitMs, passesInMs: 0 };
    // Turning work away costs a part of doing it, and no flood makes the wait much longer than patience.
    if (queue.waitMs(this.#nowMs) < REFUSED_AT_MOST * this.#rangePatienceMs) {
      queue.serve(queue.commitWork * this.#refusedWork, this.#nowMs);
    }
    return -1;
  }

  /** When all that stands in the commit's way has gone, not only what was named. */
  #passesInMs(): number {
    const nowMs = this.#nowMs;
    let longest = 0;
    for (let index = 0; index < this.#lockedCount; index += 1) {
      const waitMs = this.locks.waitMs(this.#locked[index] as RowHandle, nowMs);
      longest = Math.max(longest, waitMs - this.locks.patienceMs);
    }
    for (let index = 0; index < this.#queueCount; index += 1) {
      const queue = this.#queues[index] as LoadedQueue;
      const own = queue.ownWorkMs;
      if (own - queue.rates.burstMs > DEADLINE_MS) return Infinity;
      const waitMs = queue.busyUntilMs - nowMs;
      longest = Math.max(longest, waitMs - this.#rangePatienceMs, waitMs + own - DEADLINE_MS);
    }
    return longest;
  }

  #add(range: KeyRange, space: KeySpace, work: number): void {
    if (range.commitMark !== this.#commit) {
      range.commitRows = 0;
      this.#touched[this.#touchedCount] = range;
      this.#touchedCount += 1;
    }
    this.#addWork(range, work);
    if (!space.isGrowing) return;
    if (this.#nowMs >= space.windowEndMs) space.measure(this.#nowMs);
    this.#addWork(space, work);
  }

  #addWork(queue: LoadedQueue, work: number): void {
    if (queue.commitMark !== this.#commit) {
      queue.commitMark = this.#commit;
      queue.commitWork = work;
      this.#queues[this.#queueCount] = queue;
      this.#queueCount += 1;
    } else if (queue.writeMark !== this.#write) {
      queue.commitWork += work;
    }
    queue.writeMark = this.#write;
  }
}
