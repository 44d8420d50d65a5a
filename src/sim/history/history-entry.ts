import { z } from "zod";

/**
 * The form of one run in the history. It may gain fields that have a default; whatever else changes
 * makes a new one, and the old ones stay in `readEntry`.
 */
export const HISTORY_FORMAT = "plimsoll-history/1";

/** What two runs must have alike for their figures to be of one series. */
export const COMPARED_BY = [
  "lane",
  "target",
  "driver",
  "config",
  "model",
  "calibration",
  "machine",
] as const;
export type ComparedBy = (typeof COMPARED_BY)[number];

const figureSchema = z.strictObject({
  /** Stable: "pnl-commit p99 (high-volatility)". */
  metric: z.string().min(1),
  unit: z.string(),
  better: z.enum(["lower", "higher"]),
  value: z.number(),
  /** Bounds of what the run's own samples leave open, 95 %. Absent where nothing was sampled. */
  low: z.number().optional(),
  high: z.number().optional(),
  /** Samples behind the figure; of a count of rare events, what was counted out of. */
  samples: z.int().nonnegative(),
  /** Of a count of rare events: how many there were. */
  events: z.int().nonnegative().optional(),
});
export type HistoryFigure = z.infer<typeof figureSchema>;

const entrySchema = z.strictObject({
  format: z.literal(HISTORY_FORMAT),
  run: z.string().min(1),
  /** ISO 8601, UTC: the order of a history. */
  startedAt: z.iso.datetime(),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  /** Why its figures are not to be judged: cut short, or a generator that was late; null: they are. */
  unfit: z.string().nullable(),
  commit: z.string().min(1),
  key: z.record(z.enum(COMPARED_BY), z.string()),
  /** What may differ within a series and explain a change: versions, the machine's load. */
  facts: z.record(z.string(), z.string()),
  figures: z.array(figureSchema),
});
export type HistoryEntry = z.infer<typeof entrySchema>;

export type EntryRead =
  | { readonly kind: "entry"; readonly entry: HistoryEntry }
  | { readonly kind: "unreadable"; readonly why: string };

/** Reads any form that was ever written. */
export function readEntry(text: string): EntryRead {
  const data = parseJson(text);
  if (data === undefined) return { kind: "unreadable", why: "is no JSON (cut short?)" };
  const format = formSchema.safeParse(data).data?.format;
  if (format !== HISTORY_FORMAT) {
    const written = format === undefined ? "no form" : `the form "${format}"`;
    const why = `names ${written}; this version reads ${HISTORY_FORMAT}`;
    return { kind: "unreadable", why };
  }
  const parsed = entrySchema.safeParse(data);
  if (parsed.success) return { kind: "entry", entry: parsed.data };
  const [first] = parsed.error.issues;
  const where = first?.path.join(".") ?? "";
  return { kind: "unreadable", why: `${where === "" ? "it" : where}: ${first?.message ?? ""}` };
}

const formSchema = z.object({ format: z.string() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
