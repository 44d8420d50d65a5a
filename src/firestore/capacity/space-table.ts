import { KeySpace, type SpaceKind } from "./key-space.ts";
import type { RangeRates } from "./range-rates.ts";

/** Root collections and indexes that are remembered, of each kind. What is idle goes first. */
const MAX_SPACES = 10_000;
const IDLE_MS = 60_000;

/** The key spaces of a database, made when they are first touched. */
export class SpaceTable {
  readonly #rates: RangeRates;
  readonly #spaces = {
    documents: new Map<string, KeySpace>(),
    index: new Map<string, KeySpace>(),
  } as const satisfies Record<SpaceKind, Map<string, KeySpace>>;
  #seed: number;
  #warmRate = 0;

  constructor(rates: RangeRates, seed: number) {
    this.#rates = rates;
    this.#seed = seed;
  }

  all(): readonly KeySpace[] {
    return [...this.#spaces.documents.values(), ...this.#spaces.index.values()];
  }

  warm(writesPerSecond: number, nowMs: number): void {
    this.#warmRate = writesPerSecond;
    for (const space of this.all()) space.warm(writesPerSecond, nowMs);
  }

  /** Only if it has been touched already. */
  known(kind: SpaceKind, name: string): KeySpace | undefined {
    return this.#spaces[kind].get(name);
  }

  of(kind: SpaceKind, name: string, nowMs: number): KeySpace {
    const spaces = this.#spaces[kind];
    const known = spaces.get(name);
    if (known !== undefined) return known;
    if (spaces.size >= MAX_SPACES) forgetIdle(spaces, nowMs);
    // A step of a linear congruential generator (Numerical Recipes): each space samples in its own way.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    const space = new KeySpace({ kind, name, rates: this.#rates, seed: this.#seed }, nowMs);
    if (this.#warmRate > 0) space.warm(this.#warmRate, nowMs);
    spaces.set(name, space);
    return space;
  }
}

/** Drops spaces that are as good as new, or else the oldest. */
function forgetIdle(spaces: Map<string, KeySpace>, nowMs: number): void {
  for (const [name, space] of spaces) {
    const idle = space.ranges.every((range) => nowMs > range.windowEndMs + IDLE_MS);
    if (idle && space.ranges.length === 1) spaces.delete(name);
  }
  for (const name of spaces.keys()) {
    if (spaces.size < MAX_SPACES) break;
    spaces.delete(name);
  }
}
