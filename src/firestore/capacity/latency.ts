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

/** How long an unloaded database takes: log-normal around the assumed medians. */
export class LatencyModel {
  readonly profile: LatencyProfile;
  readonly #rng: Rng;
  readonly #commit: Shape;
  readonly #read: Shape;
  readonly #commitFactor: number;
  readonly #mergeJoin: number;
  /** By the number of participants. */
  readonly #twoPhaseMs: number[] = [];

  constructor(profile: LatencyProfile, constants: ModelConstants, rng: Rng) {
    this.profile = profile;
    this.#rng = rng;
    this.#commitFactor = profile === "nam5" ? constants["multi-region-commit"] : 1;
    const readFactor = profile === "nam5" ? constants["multi-region-read"] : 1;
    this.#commit = shape(constants["commit-p50"], constants["commit-p99"], this.#commitFactor);
    this.#read = shape(constants["read-p50"], constants["read-p99"], readFactor);
    this.#mergeJoin = constants["merge-join"];
  }

  /** Milliseconds that a commit takes with so many participants. */
  commit(participants: number): number {
    if (this.profile === "off") return 0;
    let addedMs = this.#twoPhaseMs[participants];
    if (addedMs === undefined) {
      addedMs = twoPhaseMs(participants);
      if (participants < REMEMBERED) this.#twoPhaseMs[participants] = addedMs;
    }
    return this.#draw(this.#commit) + this.#commitFactor * addedMs;
  }

  read(): number {
    return this.profile === "off" ? 0 : this.#draw(this.#read);
  }

  query(isMerged: boolean): number {
    return this.read() * (isMerged ? this.#mergeJoin : 1);
  }

  #draw({ mu, sigma }: Shape): number {
    return Math.exp(mu + sigma * this.#rng.normal());
  }
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
