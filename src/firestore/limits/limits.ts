import { DATABASE_LIMITS } from "./database-limits.ts";
import type { Limit } from "./limit.ts";
import { MODEL_CONSTANTS } from "./model-constants.ts";
import { RATE_LIMITS } from "./rate-limits.ts";
import { SIZE_LIMITS } from "./size-limits.ts";

/** The groups of the table, in the order of docs/capacity.md. */
export const LIMIT_GROUPS = {
  Rates: RATE_LIMITS,
  "Sizes and counts": SIZE_LIMITS,
  "Databases, transactions and requests": DATABASE_LIMITS,
  "The model's own constants": MODEL_CONSTANTS,
} as const;

/** Every figure that Firestore publishes and we hold somebody to, and every one the model assumes. */
export const LIMITS = {
  ...RATE_LIMITS,
  ...SIZE_LIMITS,
  ...DATABASE_LIMITS,
  ...MODEL_CONSTANTS,
} as const satisfies Record<string, Limit>;

export type LimitId = keyof typeof LIMITS;

export function isLimitId(id: string): id is LimitId {
  return Object.hasOwn(LIMITS, id);
}
