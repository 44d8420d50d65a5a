import type { LimitId } from "../limits/limits.ts";
import type { HotSubject } from "./report.ts";

const MAX_DOCUMENTS = 1000;
const LIMIT: LimitId = "document-writes";

interface HotDocument {
  readonly database: string;
  readonly path: string;
  peakRate: number;
  atMs: number;
  delayed: number;
  refused: number;
}

/** Documents that made somebody wait, by their highest rate. Bounded: the coolest half goes. */
export class HotDocuments {
  readonly #allowedRate: number;
  #documents = new Map<string, HotDocument>();

  constructor(allowedRate: number) {
    this.#allowedRate = allowedRate;
  }

  note(
    database: string,
    path: string,
    seen: { rate: number; nowMs: number; refused: boolean },
  ): void {
    const key = `${database} ${path}`;
    let document = this.#documents.get(key);
    if (document === undefined) {
      if (this.#documents.size >= MAX_DOCUMENTS) this.#dropCoolest();
      document = { database, path, peakRate: 0, atMs: seen.nowMs, delayed: 0, refused: 0 };
      this.#documents.set(key, document);
    }
    if (seen.rate > document.peakRate) {
      document.peakRate = seen.rate;
      document.atMs = seen.nowMs;
    }
    if (seen.refused) document.refused += 1;
    else document.delayed += 1;
  }

  clear(): void {
    this.#documents.clear();
  }

  subjects(sinceMs: number): readonly HotSubject[] {
    return [...this.#documents.values()].map((document) => ({
      limit: LIMIT,
      subjectKind: "document" as const,
      subject: `document ${document.path}`,
      database: document.database,
      operationsPerSecond: document.peakRate,
      allowedPerSecond: this.#allowedRate,
      utilisation: document.peakRate / this.#allowedRate,
      atMs: Math.max(0, document.atMs - sinceMs),
      delayed: document.delayed,
      refused: document.refused,
    }));
  }

  #dropCoolest(): void {
    const hottest = [...this.#documents]
      .sort(([, left], [, right]) => right.peakRate - left.peakRate)
      .slice(0, MAX_DOCUMENTS / 2);
    this.#documents = new Map(hottest);
  }
}
