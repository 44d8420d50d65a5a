import type { Refusal } from "./admission.ts";
import { DelayHistogram } from "./delay-histogram.ts";
import type { AdmissionReport, MissingIndex, RefusalGroup } from "./report.ts";

export type AttemptKind = keyof AdmissionReport["attempts"];

const MAX_GROUPS = 200;
const MAX_MISSING = 50;

/** One refusal, with what it takes to group it. */
export interface RefusedAttempt {
  readonly database: string;
  readonly code: string;
  readonly refusal: Refusal;
}

type Open<T> = { -readonly [Key in keyof T]: T[Key] };

/** Counts what an admission has seen since it was last cleared. Bounded, whatever is thrown at it. */
export class Recorder {
  readonly latency = new DelayHistogram();
  readonly queueing = new DelayHistogram();
  sinceMs: number;
  attempts = noAttempts();
  refusedAttempts = noAttempts();
  writes = { attempted: 0, admitted: 0, delayed: 0, refused: 0 };
  indexEntriesWritten = 0;
  refusalsNotListed = 0;
  readonly #groups = new Map<string, Open<RefusalGroup>>();
  readonly #missing = new Map<string, Open<MissingIndex>>();

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  clear(nowMs: number): void {
    this.sinceMs = nowMs;
    this.latency.clear();
    this.queueing.clear();
    this.attempts = noAttempts();
    this.refusedAttempts = noAttempts();
    this.writes = { attempted: 0, admitted: 0, delayed: 0, refused: 0 };
    this.indexEntriesWritten = 0;
    this.refusalsNotListed = 0;
    this.#groups.clear();
    this.#missing.clear();
  }

  refused({ database, code, refusal }: RefusedAttempt, nowMs: number): void {
    const key = `${database} ${refusal.limit} ${code} ${refusal.subject}`;
    const atMs = Math.max(0, nowMs - this.sinceMs);
    const known = this.#groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.lastMs = atMs;
      known.explanation = refusal.explanation;
      return;
    }
    if (this.#groups.size >= MAX_GROUPS) {
      this.refusalsNotListed += 1;
      return;
    }
    const { limit, subject, subjectKind, explanation } = refusal;
    const group = { limit, subjectKind, subject, database, code, explanation };
    this.#groups.set(key, { ...group, count: 1, firstMs: atMs, lastMs: atMs });
  }

  missingIndex(index: Omit<MissingIndex, "count">): void {
    const key = `${index.database} ${index.json}`;
    const known = this.#missing.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.#missing.size < MAX_MISSING) this.#missing.set(key, { ...index, count: 1 });
  }

  /** Most frequent first. */
  refusals(): readonly RefusalGroup[] {
    return [...this.#groups.values()]
      .map((group) => ({ ...group }))
      .sort((left, right) => right.count - left.count);
  }

  missingIndexes(): readonly MissingIndex[] {
    return [...this.#missing.values()]
      .map((index) => ({ ...index }))
      .sort((left, right) => right.count - left.count);
  }
}

function noAttempts(): Record<AttemptKind, number> {
  return { commit: 0, batchWrite: 0, query: 0, read: 0, listen: 0 };
}
