import { z } from "zod";
import { probeSample } from "./probe-sample.ts";
import type { ProbeRecord } from "./run-probe.ts";

const FORMAT = "plimsoll-probe/1";

/** Where and when a probe was made. */
const originSchema = z.strictObject({
  date: z.iso.date(),
  project: z.string().min(1),
  database: z.string().min(1),
  region: z.string().min(1),
  target: z.string(),
  seed: z.int(),
});
export type ProbeOrigin = z.infer<typeof originSchema>;

const recordSchema = z.strictObject({
  format: z.literal(FORMAT),
  origin: originSchema,
  /** Documents that were deleted again. */
  deleted: z.int().nonnegative(),
  late: z.int().nonnegative(),
  dropped: z.int().nonnegative(),
  wasCut: z.boolean(),
  samples: z.array(probeSample),
});

/** probe.json: what a probe saw, for another fit of it. */
export interface SavedProbe {
  readonly origin: ProbeOrigin;
  readonly record: ProbeRecord;
  readonly deleted: number;
}

export function writeProbe({ origin, record, deleted }: SavedProbe): string {
  const { samples, ...counts } = record;
  const whole = { format: FORMAT, origin, deleted, ...counts };
  // A call a line: the file may be read by people, and compared.
  const lines = samples.map((sample) => JSON.stringify(sample)).join(",\n");
  return `${JSON.stringify(whole).slice(0, -1)},"samples":[\n${lines}\n]}\n`;
}

/** undefined: it is no saved probe of this version. */
export function readProbe(text: string): SavedProbe | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = recordSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const { origin, deleted, late, dropped, wasCut, samples } = parsed.data;
  return { origin, deleted, record: { late, dropped, wasCut, samples } };
}
