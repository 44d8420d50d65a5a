import { assert } from "../../std/assert.ts";
import { LIMITS } from "../limits/limits.ts";
import { MODEL_CONSTANTS } from "../limits/model-constants.ts";

/**
 * Of the model, as calibrations know it. Raise it when a constant comes to mean something else, or what
 * the model makes of the same constants and load changes: what was fitted before no longer holds.
 */
export const MODEL_VERSION = 1;

type ModelConstantId = keyof typeof MODEL_CONSTANTS | "document-writes";

/** The model's figures by their IDs in src/firestore/limits. */
export type ModelConstants = Readonly<Record<ModelConstantId, number>>;

const DEFAULTS: ModelConstants = {
  ...(Object.fromEntries(
    Object.entries(MODEL_CONSTANTS).map(([id, limit]) => [id, limit.value]),
  ) as Record<keyof typeof MODEL_CONSTANTS, number>),
  "document-writes": LIMITS["document-writes"].value,
};

/** The defaults, but for what is given. */
export function modelConstants(overrides: Partial<ModelConstants> = {}): ModelConstants {
  const constants = { ...DEFAULTS, ...overrides };
  for (const [id, value] of Object.entries(constants)) {
    assert(Number.isFinite(value) && value >= 0, `${id} is ${value}, it must be a number from 0`);
  }
  return constants;
}
