const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of "30s", "1.5m", "500ms", "30000" or 30000; undefined when it is none of these. */
export function parseDurationMs(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value);
  if (match === null) return undefined;
  const [, amount, unit = "ms"] = match;
  const durationMs = Number(amount) * (UNITS_MS[unit] ?? 1);
  return Number.isInteger(durationMs) ? durationMs : undefined;
}

/** The shortest form that parses to the same: 90000 is "90s", 120000 is "2m". */
export function formatDuration(durationMs: number): string {
  const units = ["h", "m", "s"].filter((unit) => durationMs % (UNITS_MS[unit] ?? 1) === 0);
  const unit = durationMs === 0 ? "s" : (units[0] ?? "ms");
  return `${durationMs / (UNITS_MS[unit] ?? 1)}${unit}`;
}
