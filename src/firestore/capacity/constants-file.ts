import { z } from "zod";
import { isLimitId, LIMITS } from "../limits/limits.ts";
import type { ModelConstants } from "./constants.ts";

type ModelConstantId = keyof ModelConstants;

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const DAY_MS = 86_400_000;
const FRACTION: Bounds = { min: 0, max: 1 };
/** A wait that may be nothing, in milliseconds. */
const WAIT: Bounds = { min: 0, max: 600_000 };
/** A latency that is some time, in milliseconds. */
const LATENCY: Bounds = { min: 0.01, max: 60_000 };
/** What each one more adds, in milliseconds. */
const EACH: Bounds = { min: 0, max: 1000 };
const FACTOR: Bounds = { min: 0.01, max: 100 };

/**
 * Between which values each constant keeps its meaning, both included. They are no opinion of what is
 * likely: outside of them the model divides by nothing, or waits for ever.
 */
export const CONSTANT_BOUNDS: Readonly<Record<ModelConstantId, Bounds>> = {
  "range-headroom": FACTOR,
  "range-burst": WAIT,
  "range-patience": WAIT,
  "shed-aborted": FRACTION,
  "refused-work": FRACTION,
  "read-work": { min: 0, max: 100 },
  "load-window": { min: 100, max: 600_000 },
  "split-load": FACTOR,
  "split-hold": { min: 100, max: DAY_MS },
  "split-share": { min: 0, max: 0.5 },
  "split-rows": { min: 1000, max: 1e12 },
  "merge-load": { min: 0, max: 100 },
  "document-writes": { min: 0.01, max: 10_000 },
  "document-write-ceiling": { min: 0.01, max: 10_000 },
  "document-burst": WAIT,
  "document-patience": WAIT,
  "document-window": { min: 1000, max: 600_000 },
  "commit-p50": LATENCY,
  "commit-p99": LATENCY,
  "read-p50": LATENCY,
  "read-p99": LATENCY,
  "commit-per-document": EACH,
  "commit-per-index-entry": EACH,
  "commit-per-kib": EACH,
  "read-per-document": EACH,
  "read-per-kib": EACH,
  "multi-region-commit": FACTOR,
  "multi-region-read": FACTOR,
  "merge-join": FACTOR,
  "deleted-row-read": EACH,
  "deleted-row-life": { min: 1, max: 365 * DAY_MS },
};

/** What such a file begins with; a change that old readers would misread changes the number. */
export const CONSTANTS_FORMAT = "plimsoll-constants/1";

/**
 * A file of figures that the model is to take in place of those it assumes, by their IDs in
 * docs/capacity.md: `{"format": "plimsoll-constants/1", "constants": {"commit-p50": 31}}`.
 */
const constantsFile = z.strictObject({
  format: z.literal(CONSTANTS_FORMAT),
  /** For people: whose figures they are. */
  note: z.string().optional(),
  constants: z.record(z.string(), z.unknown()),
});

export type ReadConstantsFile =
  | { readonly kind: "read"; readonly constants: Partial<ModelConstants> }
  /** Each names the place and what is wrong there. */
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

export function readConstantsFile(text: string): ReadConstantsFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return { kind: "faulty", faults: [`is not JSON: ${(error as Error).message}`] };
  }
  const parsed = constantsFile.safeParse(content);
  if (parsed.success) return checkConstants(parsed.data.constants);
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? "the file" : path.join(".")}: ${message}`,
  );
  return { kind: "faulty", faults };
}

/** Holds figures by name against what may be changed, and within which bounds. */
export function checkConstants(given: Readonly<Record<string, unknown>>): ReadConstantsFile {
  const faults: string[] = [];
  const constants: Partial<Record<ModelConstantId, number>> = {};
  for (const [id, value] of Object.entries(given)) {
    const fault = faultOf(id, value);
    if (fault !== undefined) faults.push(`constants.${id}: ${fault}`);
    else if (isModelConstant(id)) constants[id] = Number(value);
  }
  faults.push(...orderFaults(constants));
  return faults.length === 0 ? { kind: "read", constants } : { kind: "faulty", faults };
}

function faultOf(id: string, value: unknown): string | undefined {
  if (!isModelConstant(id)) {
    return isLimitId(id) && !LIMITS[id].tunable
      ? "is published by Firestore, and no model may have it otherwise"
      : "is no constant of the model; docs/capacity.md lists them";
  }
  const { min, max } = CONSTANT_BOUNDS[id];
  if (typeof value !== "number" || !Number.isFinite(value)) return "is no number";
  if (value >= min && value <= max) return undefined;
  return `is ${value}; it must be from ${min} to ${max} (${LIMITS[id].unit})`;
}

/** Half of a distribution lies below its 99th percentile. */
function orderFaults(constants: Partial<ModelConstants>): readonly string[] {
  const pairs = [
    ["commit-p50", "commit-p99"],
    ["read-p50", "read-p99"],
  ] as const;
  return pairs.flatMap(([half, most]) => {
    const [p50, p99] = [half, most].map((id) => constants[id] ?? LIMITS[id].value);
    const isOrdered = p50 === undefined || p99 === undefined || p50 <= p99;
    return isOrdered ? [] : [`constants.${half}: is ${p50}, more than ${most} of ${p99}`];
  });
}

function isModelConstant(id: string): id is ModelConstantId {
  return Object.hasOwn(CONSTANT_BOUNDS, id);
}
