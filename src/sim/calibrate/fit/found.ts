import type { ModelConstants } from "../../../firestore/capacity/constants.ts";
import type { Interval } from "./statistics.ts";

export type ConstantId = keyof ModelConstants;

/** A figure of the model that was fitted. */
export interface FoundConstant extends Interval {
  readonly id: ConstantId;
  readonly value: number;
  readonly samples: number;
}

/** One that the probe cannot tell. */
export interface NotFound {
  readonly id: ConstantId;
  readonly why: string;
}

/** What was kept from the fit: how the fitted model predicts it, and how it was. */
export interface HeldOut {
  readonly probe: string;
  readonly predicted: number;
  readonly seen: number;
  readonly unit: string;
  readonly samples: number;
}

/** What is left of a group of calls when the fit is taken off, as a part of what was predicted. */
export interface Residual {
  readonly probe: string;
  readonly relative: number;
  readonly samples: number;
}

/** What one part of a probe comes to. */
export interface PartFit {
  readonly found: readonly FoundConstant[];
  readonly notFound: readonly NotFound[];
  readonly heldOut: readonly HeldOut[];
  readonly residuals: readonly Residual[];
  /** Where the model is of another shape. */
  readonly lackOfFit: readonly string[];
}

export const NOTHING: PartFit = {
  found: [],
  notFound: [],
  heldOut: [],
  residuals: [],
  lackOfFit: [],
};

/** So much of what was predicted is within what a model may be off by. */
export const TOLERATED = 0.1;
/** Beyond so many standard errors it is no accident, in any of some thirty groups. */
export const BEYOND_CHANCE = 4;

export function percent(part: number): string {
  return `${Math.round(100 * part)}%`;
}
