import { z } from "zod";
import { type ModelConstants, modelConstants } from "./constants.ts";

/** What such a file begins with; a change that old readers would misread changes the number. */
export const CONSTANTS_FORMAT = "plimsoll-constants/1";

const FIGURE_MAX = 1e9;

/** Units are those of src/firestore/limits. No figure of the model may be 0: it divides by most of them. */
const figure = z.number().positive().max(FIGURE_MAX);

const fileSchema = z.strictObject({
  format: z.literal(CONSTANTS_FORMAT),
  constants: z.partialRecord(z.enum(constantIds()), figure),
});

export type ReadConstantsFile =
  | { readonly kind: "read"; readonly constants: Partial<ModelConstants> }
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

/**
 * Reads `{"format": "plimsoll-constants/1", "constants": {"commit-p50": 31}}`: figures of the model
 * that are to differ, by their IDs. What it does not name keeps its default.
 */
export function readConstantsFile(text: string): ReadConstantsFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return { kind: "faulty", faults: [`is not JSON: ${(error as Error).message}`] };
  }
  const result = fileSchema.safeParse(content);
  if (result.success) return { kind: "read", constants: result.data.constants };
  return {
    kind: "faulty",
    faults: result.error.issues.map(
      ({ path, message }) => `${path.join(".") || "file"}: ${message}`,
    ),
  };
}

function constantIds(): readonly (keyof ModelConstants)[] {
  return Object.keys(modelConstants()) as (keyof ModelConstants)[];
}
