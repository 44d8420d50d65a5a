import { assert } from "../../std/assert.ts";
import { LIMITS } from "../limits/limits.ts";
import { MODEL_CONSTANTS } from "../limits/model-constants.ts";

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
