import type { Rng } from "../../std/rng.ts";
import type { ModelConstants } from "../capacity/constants.ts";
import type { CommitSize, LatencyModel } from "../capacity/latency.ts";
import { PRODUCTION_ERRORS } from "../limits/production-errors.ts";
import type { Decision } from "./admission.ts";
import type { DatabaseState } from "./database-state.ts";
import type { HardRefusal } from "./hard-limits.ts";
import type { HotDocuments } from "./hot-documents.ts";
import { type ObstacleRefusal, refuseRead, refuseWrite } from "./obstacle-refusal.ts";
import type { Recorder } from "./recorder.ts";

export type Refused = Extract<Decision, { kind: "refuse" }>;
export type Admitted = Extract<Decision, { kind: "admit" }>;

export interface OutcomeParts {
  readonly recorder: Recorder;
  readonly hotDocuments: HotDocuments;
  readonly latency: LatencyModel;
  readonly constants: ModelConstants;
  readonly rng: Rng;
}

/** Makes decisions of what the model said, and takes them down. */
export class Outcomes {
  readonly #parts: OutcomeParts;

  constructor(parts: OutcomeParts) {
    this.#parts = parts;
  }

  admit(queueMs: number, latencyMs: number, queuedFor?: Admitted["queuedFor"]): Admitted {
    const { recorder } = this.#parts;
    recorder.latency.record(latencyMs);
    recorder.queueing.record(queueMs);
    return { kind: "admit", delayMs: queueMs + latencyMs, queueMs, queuedFor };
  }

  /** A commit that waited `queueMs`. */
  admitWrites(state: DatabaseState, queueMs: number, size: CommitSize, nowMs: number): Admitted {
    const { recorder, latency } = this.#parts;
    recorder.writes.admitted += size.documents;
    recorder.indexEntriesWritten += size.indexEntries;
    if (queueMs > 0) {
      recorder.writes.delayed += size.documents;
      this.#noteDelay(state, nowMs);
    }
    const { model } = state;
    const waitedFor = model.slowestDocument < 0 ? "range" : "document";
    return this.admit(
      queueMs,
      latency.commit(model.participants(), size),
      queueMs > 0 ? waitedFor : undefined,
    );
  }

  refuseWrites(state: DatabaseState, count: number, nowMs: number): Refused {
    this.#parts.recorder.writes.refused += count;
    const refused = refuseWrite(state.model.obstacle, this.#context(state), nowMs);
    return this.#refuseObstacle(state, refused, nowMs);
  }

  refuseRead(state: DatabaseState, nowMs: number): Refused {
    const refused = refuseRead(state.model.obstacle, this.#context(state), nowMs);
    return this.#refuseObstacle(state, refused, nowMs);
  }

  /** What no waiting helps against; `count` writes are lost by it. */
  refuseHard(state: DatabaseState, hard: HardRefusal, count: number, nowMs: number): Refused {
    this.#parts.recorder.writes.refused += count;
    return this.refuse(
      state,
      { kind: "refuse", delayMs: this.#parts.latency.read(), ...hard },
      nowMs,
    );
  }

  refuse(state: DatabaseState, decision: Refused, nowMs: number): Refused {
    const { code, refusal } = decision;
    this.#parts.recorder.refused({ database: state.key, code, refusal }, nowMs);
    return decision;
  }

  #noteDelay({ key, model }: DatabaseState, nowMs: number): void {
    if (model.slowestQueue !== undefined) model.slowestQueue.delayed += 1;
    const document = model.slowestDocument;
    if (document < 0) return;
    const rate = model.locks.rate(document, nowMs);
    this.#parts.hotDocuments.note(key, model.keyOf(document), { rate, nowMs, refused: false });
  }

  #refuseObstacle(state: DatabaseState, refused: ObstacleRefusal, nowMs: number): Refused {
    const { model, key } = state;
    const { obstacle } = model;
    if (obstacle.kind === "document") {
      const rate = model.locks.rate(obstacle.document, nowMs);
      const seen = { rate, nowMs, refused: true };
      this.#parts.hotDocuments.note(key, model.keyOf(obstacle.document), seen);
    } else {
      obstacle.queue.refused += 1;
    }
    const { code, text } = PRODUCTION_ERRORS[refused.error];
    const delayMs = refused.waitedMs + this.#parts.latency.read();
    const { refusal } = refused;
    return this.refuse(state, { kind: "refuse", delayMs, code, message: text, refusal }, nowMs);
  }

  #context({ model }: DatabaseState): Parameters<typeof refuseWrite>[1] {
    const { constants, rng } = this.#parts;
    return {
      model,
      rng,
      abortedPart: constants["shed-aborted"],
      rangePatienceMs: constants["range-patience"],
    };
  }
}
