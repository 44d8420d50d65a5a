import { z } from "zod";
import { DEFAULT_RULES, type CompareRules } from "../compare/judge-history.ts";
import { COMPARED_BY } from "../history/history-entry.ts";
import { UserError } from "./errors.ts";
import { flagOfKey } from "./flag-of-key.ts";

/** Two lanes are never one series. */
const ACROSS = COMPARED_BY.filter((part) => part !== "lane");

const schema = z.strictObject({
  history: z.string().min(1).default("reports/history"),
  add: z.array(z.string().min(1)).default([]),
  lane: z.array(z.string().min(1)).default([]),
  metric: z.array(z.string().min(1)).default([]),
  across: z.array(z.enum(ACROSS)).default([]),
  least: z.coerce.number().min(0.02).max(1).default(DEFAULT_RULES.least),
  falseAlarms: z.coerce.number().min(0.0001).max(0.05).default(DEFAULT_RULES.chanceMax),
  alarmRuns: z.coerce.number().int().min(1).max(1000).default(DEFAULT_RULES.alarmRuns),
  window: z.coerce.number().int().min(20).max(1000).default(DEFAULT_RULES.window),
  keep: z.coerce.number().int().min(20).optional(),
  output: z.string().min(1).optional(),
  json: z.boolean().default(false),
});

export interface CompareOptions {
  readonly history: string;
  /** Report folders of runs to add to the history first. */
  readonly add: readonly string[];
  readonly rules: CompareRules;
  /** Runs of each lane that the history keeps; undefined: all. */
  readonly keep: number | undefined;
  /** Folder of compare.json, summary.md and junit.xml. */
  readonly output: string | undefined;
  readonly json: boolean;
}

/** As the command line declares them. */
export const COMPARE_OPTIONS = [
  ["--history <folder>", "where the runs are kept (default: reports/history)"],
  ["--add <report>", "a run's report folder, to be added to the history first; several times"],
  ["--lane <name>", "only this lane; for --add: the lane it is a run of; several times"],
  ["--metric <text>", "only figures with this text in their name; several times"],
  ["--least <share>", "the least change told, 0.02 to 1 (default: 0.1)"],
  [
    "--false-alarms <share>",
    "looks at a lane without a change that may raise a false alarm, 0.0001 to 0.05 (default: 0.001)",
  ],
  ["--alarm-runs <count>", "runs for which a regression remains an alarm (default: 14)"],
  ["--window <count>", "newest runs of a lane that are looked at, 20 to 1000 (default: 120)"],
  [
    "--across <part>",
    `runs that differ in it are compared all the same: ${ACROSS.join(", ")}; several times`,
  ],
  ["--keep <count>", "prune the history to so many runs of each lane, at least 20"],
  ["--output <folder>", "write compare.json, summary.md and junit.xml there"],
] as const;

/** Options that may be given several times. */
export const REPEATED = new Set(["--add", "--lane", "--metric", "--across"]);

/** Throws one UserError that names every fault. */
export function readCompareOptions(parsed: Readonly<Record<string, unknown>>): CompareOptions {
  const read = schema.safeParse(parsed);
  if (!read.success) {
    throw new UserError(
      "E_BAD_OPTIONS",
      read.error.issues.map((issue) => describe(issue, parsed)).join("\n"),
      "Run `npm run sim -- compare --help` for all options. Nothing was compared.",
    );
  }
  const { history, add, keep, output, json, ...rules } = read.data;
  const { least, falseAlarms, alarmRuns, window, across } = rules;
  const asked = { lanes: rules.lane, metrics: rules.metric };
  const all = { least, chanceMax: falseAlarms, alarmRuns, window, across, ...asked };
  return { history, add, keep, output, json, rules: all };
}

function describe(issue: z.core.$ZodIssue, parsed: Readonly<Record<string, unknown>>): string {
  const key = String(issue.path[0]);
  const flag = flagOfKey(key);
  const given = parsed[key];
  const index = issue.path[1];
  const value =
    Array.isArray(given) && typeof index === "number" ? (given[index] as unknown) : given;
  const accepted = COMPARE_OPTIONS.find(([declared]) => declared.startsWith(`${flag} `))?.[1] ?? "";
  return `${flag}: ${JSON.stringify(value)} is not accepted. Accepted: ${accepted}.`;
}
