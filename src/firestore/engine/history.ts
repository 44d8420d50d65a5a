import type { Micros } from "./micros.ts";
import type { Version } from "./version.ts";

export interface HistoryLimits {
  /** Firestore keeps an hour of versions unless point-in-time recovery is on (https://docs.cloud.google.com/firestore/native/docs/pitr). */
  readonly retentionMs: number;
  /** Changes kept, whatever their age. */
  readonly versionsMax: number;
  /** Bytes of replaced documents kept, whatever their age. */
  readonly bytesMax: number;
}

/** Ours: what bounds the memory of a long run. Some 50 to 150 MB at the most. */
export const DEFAULT_HISTORY_LIMITS: HistoryLimits = {
  retentionMs: 3_600_000,
  versionsMax: 50_000,
  bytesMax: 32 * 1024 * 1024,
};

/**
 * The changes of the last hour in commit order, which is what reads in the past, listeners that
 * resume, and optimistic transactions live on. The oldest goes when it is too old, or when there
 * are too many.
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #forget: (version: Version) => void;
  /** A queue: what lies before `#head` is gone. */
  #versions: Version[] = [];
  #head = 0;
  #bytes = 0;
  #floor: Micros = 0;

  /** `forget` hears of each version whose predecessors are no longer needed. */
  constructor(limits: HistoryLimits, forget: (version: Version) => void) {
    this.#limits = limits;
    this.#forget = forget;
  }

  /** Changes remembered: as many old versions are kept. */
  get size(): number {
    return this.#versions.length - this.#head;
  }

  add(version: Version): void {
    this.#versions.push(version);
    this.#bytes += version.previous?.sizeBytes ?? 0;
    this.trim(version.micros);
  }

  /** Whether the database at that time can still be told. */
  reaches(micros: Micros, now: Micros): boolean {
    return micros >= this.#floor && micros >= now - this.#limits.retentionMs * 1000;
  }

  /** The changes after that time, the newest first. */
  *since(micros: Micros): Generator<Version> {
    for (let index = this.#versions.length - 1; index >= this.#head; index -= 1) {
      const version = this.#versions[index] as Version;
      if (version.micros <= micros) return;
      yield version;
    }
  }

  /** Lets go of what is too old or too much. */
  trim(now: Micros): void {
    const { retentionMs, versionsMax, bytesMax } = this.#limits;
    for (;;) {
      const oldest = this.#versions[this.#head];
      if (oldest === undefined) break;
      const expired = oldest.micros < now - retentionMs * 1000;
      if (!expired && this.size <= versionsMax && this.#bytes <= bytesMax) break;
      this.#head += 1;
      this.#bytes -= oldest.previous?.sizeBytes ?? 0;
      this.#floor = oldest.micros;
      oldest.previous = undefined;
      this.#forget(oldest);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#versions.length) {
      this.#versions = this.#versions.slice(this.#head);
      this.#head = 0;
    }
  }
}
