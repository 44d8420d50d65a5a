import { parseDurationMs } from "../../config/duration.ts";
import { UserError } from "../../cli/errors.ts";

export const MONITOR_FORMATS = ["text", "json", "csv"] as const;
export type MonitorFormat = (typeof MONITOR_FORMATS)[number];

/** What the command line asks of `monitor`, checked. Times are milliseconds since 1970 UTC. */
export interface MonitorOptions {
  readonly project: string;
  readonly projectFile: string | null;
  /** null: the run's own time, or the last half hour. */
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly run: string | null;
  readonly format: MonitorFormat;
  readonly output: string | null;
  readonly wait: boolean;
}

/** Monitoring keeps the points of Google's own metrics for six weeks: cloud.google.com/monitoring/quotas. */
const KEPT_MS = 42 * 24 * 3_600_000;

/** All faults at once, a line each. */
export function readMonitorOptions(
  parsed: Readonly<Record<string, unknown>>,
  nowMs: number,
): MonitorOptions {
  const faults: string[] = [];
  const project = textOf(parsed["project"]);
  if (project === null) faults.push("--project: is missing. Accepted: a project's ID.");
  const sinceMs = timeOf("--since", parsed["since"], nowMs, faults);
  const untilMs = timeOf("--until", parsed["until"], nowMs, faults);
  const format = textOf(parsed["format"]) ?? "text";
  const known = MONITOR_FORMATS.find((one) => one === format);
  if (known === undefined) {
    faults.push(
      `--format: ${JSON.stringify(format)} is not accepted. Accepted: ${MONITOR_FORMATS.join(", ")}.`,
    );
  }
  if (sinceMs !== null && sinceMs >= (untilMs ?? nowMs)) {
    faults.push("--since: is not before --until. Accepted: an earlier time.");
  }
  if (sinceMs !== null && sinceMs < nowMs - KEPT_MS) {
    faults.push("--since: is more than six weeks ago, and Monitoring keeps points for so long.");
  }
  if (project === null || known === undefined || faults.length > 0) {
    throw new UserError(
      "E_BAD_OPTIONS",
      faults.join("\n"),
      "Run `npm run sim -- monitor --help` for all options. Nothing was read.",
    );
  }
  return {
    project,
    projectFile: textOf(parsed["projectFile"]),
    sinceMs,
    untilMs,
    run: textOf(parsed["run"]),
    format: known,
    output: textOf(parsed["output"]),
    wait: parsed["wait"] === true,
  };
}

function textOf(given: unknown): string | null {
  return typeof given === "string" && given !== "" ? given : null;
}

/** "30m" is so long ago; a time has its zone, so that it means the same everywhere. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function timeOf(flag: string, given: unknown, nowMs: number, faults: string[]): number | null {
  const text = textOf(given);
  if (text === null) return null;
  const agoMs = /[a-z]$/.test(text) ? parseDurationMs(text) : undefined;
  const atMs = agoMs === undefined ? Date.parse(ISO_TIME.test(text) ? text : "") : nowMs - agoMs;
  if (Number.isFinite(atMs) && atMs <= nowMs) return atMs;
  faults.push(
    `${flag}: ${JSON.stringify(text)} is not accepted. Accepted: how long ago (30m, 2h), or a time with its zone that is past (2026-11-26T09:30:00Z).`,
  );
  return null;
}
