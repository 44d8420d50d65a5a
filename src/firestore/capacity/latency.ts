import type { Rng } from "../../std/rng.ts";
import type { ModelConstants } from "./constants.ts";

/** Where the database lies; "off": as if everything were free. */
export type LatencyProfile = "nam5" | "us-central1" | "off";

/** The 99th percentile of the normal distribution. */
const Z99 = 2.3263;

/**
 * Mean latency of two-phase commit over that of one participant, by participants: Spanner, OSDI
 * 2012, table 4 (means 17.0, 24.5, 31.5, 30.0, 35.5, 42.7, 71.4, 150.5 ms). The dip from 5 to 10
 * participants is within their noise; it is drawn level, so that more never takes less.
 */
const TWO_PHASE_MS: readonly (readonly [participants: number, addedMs: number])[] = [
  [1, 0],
  [2, 7.5],
  [5, 14.5],
  [10, 14.5],
  [25, 18.5],
  [50, 25.7],
  [100, 54.4],
  [200, 133.5],
];

/** Participants up to which it is worked out once. */
const REMEMBERED = 1000;

/** What a commit is made of, beside the ranges it touches. */
export interface CommitSize {
  readonly documents: number;
  /** Removed and inserted. */
  readonly indexEntries: number;
  /** Of its request. */
  readonly bytes: number;
}

const SMALLEST: CommitSize = { documents: 1, indexEntries: 0, bytes: 0 };

/** How long an unloaded database takes: log-normal around the assumed medians, and what size adds. */
export class LatencyModel {
  readonly profile: LatencyProfile;
  readonly #rng: Rng;
  readonly #commit: Shape;
  readonly #read: Shape;
  readonly #commitFactor: number;
  readonly #readFactor: number;
  readonly #mergeJoin: number;
  readonly #constants: ModelConstants;
  /** By the number of participants. */
  readonly #twoPhaseMs: number[] = [];

  constructor(profile: LatencyProfile, constants: ModelConstants, rng: Rng) {
    this.profile = profile;
    this.#rng = rng;
    this.#commitFactor = profile === "nam5" ? constants["multi-region-commit"] : 1;
    this.#readFactor = profile === "nam5" ? constants["multi-region-read"] : 1;
    this.#constants = constants;
    this.#commit = shape(constants["commit-p50"], constants["commit-p99"], this.#commitFactor);
    this.#read = shape(constants["read-p50"], constants["read-p99"], this.#readFactor);
    this.#mergeJoin = constants["merge-join"];
  }

  /** Milliseconds that a commit of this size takes with so many participants. */
  commit(participants: number, size: CommitSize = SMALLEST): number {
    if (this.profile === "off") return 0;
    let addedMs = this.#twoPhaseMs[participants];
    if (addedMs === undefined) {
      addedMs = twoPhaseMs(participants);
      if (participants < REMEMBERED) this.#twoPhaseMs[participants] = addedMs;
    }
    addedMs += commitSizeMs(this.#constants, size);
    return this.#draw(this.#commit) + this.#commitFactor * addedMs;
  }

  /** So many documents looked up by name, and their bytes together. */
  read(documents = 1, bytes = 0): number {
    if (this.profile === "off") return 0;
    const addedMs = readSizeMs(this.#constants, documents, bytes);
    return this.#draw(this.#read) + this.#readFactor * addedMs;
  }

  query(isMerged: boolean): number {
    return this.read() * (isMerged ? this.#mergeJoin : 1);
  }

  #draw({ mu, sigma }: Shape): number {
    return Math.exp(mu + sigma * this.#rng.normal());
  }
}

/** What its size adds to a commit, in one region. */
function commitSizeMs(
  constants: ModelConstants,
  { documents, indexEntries, bytes }: CommitSize,
): number {
  return (
    constants["commit-per-document"] * (documents - 1) +
    constants["commit-per-index-entry"] * indexEntries +
    (constants["commit-per-kib"] * bytes) / 1024
  );
}

/** What further documents and their bytes add to a lookup, in one region. */
function readSizeMs(constants: ModelConstants, documents: number, bytes: number): number {
  return (
    constants["read-per-document"] * Math.max(0, documents - 1) +
    (constants["read-per-kib"] * bytes) / 1024
  );
}

interface Shape {
  readonly mu: number;
  readonly sigma: number;
}

function shape(p50: number, p99: number, factor: number): Shape {
  return { mu: Math.log(p50 * factor), sigma: Math.log(p99 / p50) / Z99 };
}

/** What the participants add, between the table's lines by the logarithm of their number. */
export function twoPhaseMs(participants: number): number {
  let [lowCount, lowMs] = TWO_PHASE_MS[0] as readonly [number, number];
  for (const [count, addedMs] of TWO_PHASE_MS) {
    if (participants <= count) {
      if (count === lowCount) return addedMs;
      const part = Math.log(participants / lowCount) / Math.log(count / lowCount);
      return lowMs + part * (addedMs - lowMs);
    }
    [lowCount, lowMs] = [count, addedMs];
  }
  // Beyond the table each participant adds what it added from 100 to 200.
  return lowMs + ((participants - lowCount) * (133.5 - 54.4)) / 100;
}
