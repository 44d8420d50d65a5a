import { LIMITS } from "../limits/limits.ts";
import type { ModelConstants } from "./constants.ts";
import { DocumentLocks, REFUSED_AT_MOST } from "./document-locks.ts";
import type { KeyRange } from "./key-range.ts";
import type { KeySpace } from "./key-space.ts";
import { type RangeRates, rangeRates } from "./range-rates.ts";
import { SpaceTable } from "./space-table.ts";
import type { KeyRest } from "./start-finder.ts";

const DEADLINE_MS = LIMITS["rpc-deadline"].value;

/** A row that is touched again and again: a document, or a place in an index. Handed out by the model. */
export type RowHandle = number;

/** Where the rows of an index lie that have a prefix in common: one parent's, for example. */
export interface RowPlace {
  readonly space: KeySpace;
  readonly prefix: string;
  /** The range of them all, as of the space's `generation`; undefined: they lie in several. */
  range: KeyRange | undefined;
  generation: number;
}

export function rowPlace(space: KeySpace, prefix: string): RowPlace {
  return { space, prefix, range: undefined, generation: -1 };
}

function locatePlace(place: RowPlace): void {
  place.generation = place.space.generation;
  place.range = place.space.rangeOfAll(place.prefix);
}

const NO_REST: KeyRest = { key: "" };

/** What stood in the way of the last refused commit or read. */
export type Obstacle =
  | { readonly kind: "document"; readonly document: RowHandle; readonly waitMs: number }
  | { readonly kind: "range"; readonly range: KeyRange; readonly waitMs: number }
  | { readonly kind: "deadline"; readonly range: KeyRange; readonly waitMs: number };

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

  // Rows, by handle.
  readonly #keys: string[] = [];
  readonly #rowSpaces: KeySpace[] = [];
  readonly #ranges: KeyRange[] = [];
  readonly #generations: number[] = [];
  readonly #free: RowHandle[] = [];

  // The commit under way.
  #nowMs = 0;
  #commit = 0;
  #write = 0;
  readonly #touched: KeyRange[] = [];
  #touchedCount = 0;
  readonly #locked: RowHandle[] = [];
  #lockedCount = 0;
  #obstacle: Obstacle | undefined;
  /** The range or document that made the last admitted commit wait the longest. */
  #slowestRange: KeyRange | undefined;
  #slowestDocument: RowHandle = -1;

  constructor(constants: ModelConstants, seed: number) {
    this.locks = new DocumentLocks(constants);
    this.rates = rangeRates(constants);
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

  /** Splits all spaces, those to come included, as if they had long served so many writes a second. */
  warm(writesPerSecond: number, nowMs: number): void {
    this.#spaces.warm(writesPerSecond, nowMs);
  }

  /** Empties all queues and locks. What load has split stays split. */
  rest(nowMs: number): void {
    this.locks.clear();
    for (const space of this.spaces()) {
      for (const range of space.ranges) {
        range.rest(nowMs);
        range.resetPeak();
      }
    }
  }

  openDocument(path: string, nowMs: number): RowHandle {
    const handle = this.#open(this.documentSpace(path, nowMs), path);
    this.locks.open(handle);
    return handle;
  }

  openRow(space: KeySpace, key: string): RowHandle {
    const handle = this.#open(space, key);
    this.locks.open(handle);
    return handle;
  }

  close(handle: RowHandle): void {
    this.#keys[handle] = "";
    this.#free.push(handle);
  }

  keyOf(handle: RowHandle): string {
    return this.#keys[handle] as string;
  }

  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#commit += 1;
    this.#write += 1;
    this.#touchedCount = 0;
    this.#lockedCount = 0;
    this.#obstacle = undefined;
  }

  /** The document is written, and `created` (1), deleted (-1) or changed (0). */
  document(handle: RowHandle, created: number): void {
    const range = this.#resolve(handle);
    this.#add(range);
    range.commitRows += created;
    this.#locked[this.#lockedCount] = handle;
    this.#lockedCount += 1;
  }

  /** A row of an index changes that has a handle. */
  row(handle: RowHandle): void {
    this.#add(this.#resolve(handle));
  }

  /** A document that is made: nobody can have waited for its lock yet. */
  newDocument(space: KeySpace, path: string): void {
    const range = space.touch(path, NO_REST, this.#nowMs);
    this.#add(range);
    range.commitRows += 1;
  }

  /** A row changes that has no handle: `created` (1) or deleted (-1). */
  rowAt(place: RowPlace, rest: KeyRest, created: number): void {
    const { space, prefix } = place;
    if (place.generation !== space.generation) locatePlace(place);
    let { range } = place;
    if (range === undefined || this.#nowMs >= range.windowEndMs) {
      range = space.touch(prefix, rest, this.#nowMs);
    } else if (!space.noteKey(range, prefix, rest, this.#nowMs)) {
      range = space.locate(prefix + rest.key);
    }
    this.#add(range);
    range.commitRows += created;
    if (created < 0) range.noteDeleted(1, this.#nowMs);
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
    const queueWait = this.#attemptRanges();
    if (lockWait < 0 || queueWait < 0) return -1;
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const range = this.#touched[index] as KeyRange;
      range.serve(range.commitWork, nowMs);
      range.rows += range.commitRows;
    }
    for (let index = 0; index < this.#lockedCount; index += 1) {
      this.locks.hold(this.#locked[index] as RowHandle, nowMs);
    }
    return lockWait > queueWait ? lockWait : queueWait;
  }

  get obstacle(): Obstacle {
    return this.#obstacle as Obstacle;
  }

  get slowestRange(): KeyRange | undefined {
    return this.#slowestRange;
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
    this.#nowMs = nowMs;
    const range = space.touch(key, NO_REST, nowMs);
    range.windowWork += this.#readWork;
    const waitMs = range.waitMs(nowMs);
    this.#slowestRange = waitMs > 0 ? range : undefined;
    this.#slowestDocument = -1;
    if (waitMs > this.#rangePatienceMs) {
      this.#obstacle = { kind: "range", range, waitMs };
      this.#turnAway(range, this.#readWork);
      return -1;
    }
    range.operations += 1;
    range.serve(this.#readWork, nowMs);
    return waitMs;
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
        this.#obstacle = { kind: "document", document, waitMs: wait };
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

  /** Counts the load on every range, and finds how long the commit waits for the fullest. */
  #attemptRanges(): number {
    const nowMs = this.#nowMs;
    let longest = 0;
    let fullest: KeyRange | undefined;
    this.#slowestRange = undefined;
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const range = this.#touched[index] as KeyRange;
      const work = range.commitWork;
      range.windowWork += work;
      range.operations += work;
      const found = range.busyMs(nowMs);
      if (
        found > this.#rangePatienceMs &&
        (fullest === undefined || found > fullest.waitMs(nowMs))
      ) {
        fullest = range;
      }
      const wait = found + (work - 1) * range.serviceMs;
      if (wait > longest) {
        longest = wait;
        this.#slowestRange = range;
      }
    }
    if (fullest === undefined && longest <= DEADLINE_MS) return longest;
    const range = fullest ?? this.#slowestRange;
    if (range === undefined || this.#obstacle !== undefined) return -1;
    return this.#refuse(range, longest);
  }

  #refuse(range: KeyRange, longestMs: number): -1 {
    const waitMs = Math.max(range.waitMs(this.#nowMs), longestMs);
    this.#obstacle = { kind: waitMs > DEADLINE_MS ? "deadline" : "range", range, waitMs };
    this.#turnAway(range, range.commitWork);
    return -1;
  }

  /** Turning work away costs a part of doing it, and no flood makes the wait much longer than patience. */
  #turnAway(range: KeyRange, work: number): void {
    const atMostMs = REFUSED_AT_MOST * this.#rangePatienceMs;
    if (range.waitMs(this.#nowMs) < atMostMs) range.serve(work * this.#refusedWork, this.#nowMs);
  }

  #add(range: KeyRange): void {
    if (range.commitMark !== this.#commit) {
      range.commitMark = this.#commit;
      range.commitWork = 1;
      range.commitRows = 0;
      this.#touched[this.#touchedCount] = range;
      this.#touchedCount += 1;
    } else if (range.writeMark !== this.#write) {
      range.commitWork += 1;
    }
    range.writeMark = this.#write;
  }

  #resolve(handle: RowHandle): KeyRange {
    const space = this.#rowSpaces[handle] as KeySpace;
    let range = this.#ranges[handle] as KeyRange;
    if (this.#generations[handle] !== space.generation) range = this.#relocate(handle, space);
    if (this.#nowMs >= range.windowEndMs) {
      space.roll(range, this.#nowMs);
      if (this.#generations[handle] !== space.generation) range = this.#relocate(handle, space);
    }
    const isStill = space.noteKey(range, this.#keys[handle] as string, NO_REST, this.#nowMs);
    return isStill ? range : this.#relocate(handle, space);
  }

  #relocate(handle: RowHandle, space: KeySpace): KeyRange {
    const range = space.locate(this.#keys[handle] as string);
    this.#ranges[handle] = range;
    this.#generations[handle] = space.generation;
    return range;
  }

  #open(space: KeySpace, key: string): RowHandle {
    const handle = this.#free.pop() ?? this.#keys.length;
    this.#keys[handle] = key;
    this.#rowSpaces[handle] = space;
    this.#relocate(handle, space);
    return handle;
  }
}
