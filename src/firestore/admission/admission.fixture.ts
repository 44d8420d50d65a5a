import { createRng } from "../../std/rng.ts";
import type { DatabaseName } from "../data/document.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { MapValue, Value } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import { createCatalogue, NO_INDEX_FILE } from "../indexes/create-catalogue.ts";
import type { IndexFile } from "../indexes/index-file.ts";
import type { Decision, WriteAttempt } from "./admission.ts";
import type { ControlledAdmission } from "./controlled-admission.ts";
import { type AdmissionOptions, createAdmission } from "./create-admission.ts";

export const DATABASE: DatabaseName = { projectId: "demo", databaseId: "(default)" };

/** An admission before a database that cannot be looked into; without latency unless told otherwise. */
export function admission(
  options: Partial<AdmissionOptions> & { readonly indexes?: Partial<IndexFile> } = {},
): ControlledAdmission {
  const { indexes, ...rest } = options;
  return createAdmission({
    catalogue: createCatalogue({ ...NO_INDEX_FILE, ...indexes }),
    previous: () => "unknown",
    rng: createRng(1),
    mode: "on",
    latency: "off",
    ...rest,
  });
}

export function fields(entries: Readonly<Record<string, Value>>): MapValue {
  return new Map(Object.entries(entries));
}

export function set(path: string, entries: Readonly<Record<string, Value>>): Write {
  return { kind: "update", path, fields: fields(entries), transforms: [] };
}

/** Sets only these fields. */
export function update(path: string, entries: Readonly<Record<string, Value>>): Write {
  const mask = Object.keys(entries).map((name) => [name]);
  return { kind: "update", path, fields: fields(entries), mask, transforms: [] };
}

export function attempt(...writes: readonly Write[]): WriteAttempt {
  return { database: DATABASE, writes, requestBytes: 200 * writes.length };
}

export function at(nowMs: number): Timestamp {
  return Timestamp.fromMillis(nowMs);
}

/** What became of a load, minute by minute. */
export interface Outcome {
  offered: number;
  admitted: number;
  refused: number;
  longestMs: number;
  readonly codes: Set<string>;
  readonly limits: Set<string>;
}

export interface Load {
  readonly fromMs?: number;
  readonly minutes: number;
  /** Instead of minutes, spans of another length. */
  readonly spanMs?: number;
  /** Commits a second, at a time. */
  readonly rate: number | ((elapsedMs: number) => number);
  readonly write: (index: number, nowMs: number) => WriteAttempt;
  /** "random": Poisson arrivals. Default. */
  readonly arrivals?: "random" | "even";
}

/** Offers the load on injected time and says what became of it in each minute. */
export function drive(target: ControlledAdmission, load: Load): readonly Outcome[] {
  const rng = createRng("arrivals");
  const fromMs = load.fromMs ?? 0;
  const rate = typeof load.rate === "number" ? (): number => load.rate as number : load.rate;
  const spanMs = load.spanMs ?? 60_000;
  const outcomes = Array.from({ length: load.minutes }, newOutcome);
  let nowMs = fromMs;
  for (let index = 0; ; index += 1) {
    const gap = 1000 / rate(nowMs - fromMs);
    nowMs += load.arrivals === "even" ? gap : rng.exponential(gap);
    const outcome = outcomes[Math.floor((nowMs - fromMs) / spanMs)];
    if (outcome === undefined) return outcomes;
    note(outcome, target.commit(load.write(index, nowMs), nowMs));
  }
}

export function newOutcome(): Outcome {
  return { offered: 0, admitted: 0, refused: 0, longestMs: 0, codes: new Set(), limits: new Set() };
}

export function note(outcome: Outcome, decision: Decision): void {
  outcome.offered += 1;
  if (decision.kind === "admit") {
    outcome.admitted += 1;
    outcome.longestMs = Math.max(outcome.longestMs, decision.delayMs);
    return;
  }
  outcome.refused += 1;
  outcome.codes.add(decision.code);
  outcome.limits.add(decision.refusal.limit);
}

/** An ID that scatters, as automatic ones do; the same for the same index. */
export function scattered(index: number): string {
  return (
    (Math.imul(index + 1, 0x9e37_79b1) >>> 0).toString(36).padStart(7, "0") + index.toString(36)
  );
}

/** An ID that only grows. */
export function growing(index: number): string {
  return index.toString().padStart(12, "0");
}
