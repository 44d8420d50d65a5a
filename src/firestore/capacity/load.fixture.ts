import { createRng } from "../../std/rng.ts";
import { CapacityModel } from "./capacity-model.ts";
import type { RowHandle } from "./row-table.ts";
import { type ModelConstants, modelConstants } from "./constants.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The model at a fifth of its size, for laws that are the same at any: 100/s where there are 500/s. */
export const FIFTH: Partial<ModelConstants> = fifth();

function fifth(): Partial<ModelConstants> {
  const constants = modelConstants();
  return {
    "range-headroom": constants["range-headroom"] / 5,
    "split-load": constants["split-load"] / 5,
    "merge-load": constants["merge-load"] / 5,
  };
}

export function newModel(constants: Partial<ModelConstants> = {}): CapacityModel {
  return new CapacityModel(modelConstants(constants), 1);
}

/** Documents of one collection whose names scatter evenly, for loads that never make the same twice. */
export class ScatteredDocuments {
  readonly #handles: readonly RowHandle[];
  readonly #rng = createRng("documents");

  constructor(model: CapacityModel, collection: string, count = 20_000) {
    const rng = createRng("names");
    this.#handles = Array.from({ length: count }, () =>
      model.openDocument(`${collection}/${rng.next().toString(36).slice(2, 12)}`, 0),
    );
  }

  next = (): RowHandle =>
    this.#handles[Math.floor(this.#rng.next() * this.#handles.length)] as RowHandle;
}

/** What became of a load in one minute. */
export interface Minute {
  offered: number;
  admitted: number;
  refused: number;
  longestWaitMs: number;
}

export interface Load {
  readonly fromMs?: number;
  readonly minutes: number;
  /** Documents a second, so many milliseconds after the beginning. */
  readonly rate: (elapsedMs: number) => number;
  readonly next: (index: number, nowMs: number) => RowHandle;
  readonly created?: number;
  /** So many documents in each commit, which is coarser and quicker. */
  readonly documents?: number;
}

/** Offers commits as they come by chance, on injected time. */
export function offer(model: CapacityModel, load: Load): readonly Minute[] {
  const rng = createRng("arrivals");
  const minutes = Array.from({ length: load.minutes }, (): Minute => ({
    offered: 0,
    admitted: 0,
    refused: 0,
    longestWaitMs: 0,
  }));
  const fromMs = load.fromMs ?? 0;
  const size = load.documents ?? 1;
  let nowMs = fromMs;
  for (let index = 0; ; index += 1) {
    nowMs += rng.exponential((1000 * size) / load.rate(nowMs - fromMs));
    const minute = minutes[Math.floor((nowMs - fromMs) / MINUTE_MS)];
    if (minute === undefined) return minutes;
    model.begin(nowMs);
    for (let document = 0; document < size; document += 1) {
      model.document(load.next(index, nowMs), load.created ?? 0);
      model.endWrite();
    }
    const waitMs = model.decide();
    minute.offered += size;
    if (waitMs < 0) minute.refused += size;
    else minute.admitted += size;
    minute.longestWaitMs = Math.max(minute.longestWaitMs, waitMs);
  }
}

/** How long it waits; -1: refused. */
export function commitOne(
  model: CapacityModel,
  document: RowHandle,
  nowMs: number,
  created = 0,
): number {
  model.begin(nowMs);
  model.document(document, created);
  model.endWrite();
  return model.decide();
}

export function total(minutes: readonly Minute[], figure: keyof Minute): number {
  return minutes.reduce((sum, minute) => sum + minute[figure], 0);
}

/** The published schedule, as BulkWriter reckons it: floor(1.5^floor(t / 5 min) * 500). */
export function publishedSchedule(elapsedMs: number): number {
  return Math.floor(1.5 ** Math.floor(elapsedMs / (5 * MINUTE_MS)) * 500);
}
