import { assumed, type Limit } from "./limit.ts";

/** What the capacity model needs beside the published figures. docs/capacity.md says why these values. */
export const MODEL_CONSTANTS = {
  "document-write-ceiling": {
    value: 5,
    unit: "writes/second",
    limits: "one document, at most, however long one waits",
    ...assumed(),
  },
} as const satisfies Record<string, Limit>;
