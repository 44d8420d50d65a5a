import { z } from "zod";
import { LANE_NAMES } from "../nightly/lanes.ts";
import { UserError } from "./errors.ts";
import { flagOfKey } from "./flag-of-key.ts";

const schema = z
  .strictObject({
    short: z.boolean().default(false),
    lane: z.array(z.enum(LANE_NAMES)).default([]),
    users: z.coerce.number().int().min(1).max(100_000).default(1000),
    history: z.string().min(1).optional(),
    keep: z.coerce.number().int().min(20).default(400),
    stagingConfig: z.string().min(1).optional(),
    reports: z.string().min(1).default("reports"),
  })
  .refine(({ lane, stagingConfig }) => !lane.includes("staging") || stagingConfig !== undefined, {
    path: ["stagingConfig"],
    when: ({ value }) => typeof value === "object" && value !== null,
  });

export type NightlyOptions = Readonly<z.output<typeof schema>>;

/** As the command line declares them. */
export const NIGHTLY_OPTIONS = [
  ["--lane <name>", `only this lane: ${LANE_NAMES.join(", ")}; several times (default: all)`],
  ["--users <count>", "synthetic users of the full form, 1 to 100000 (default: 1000)"],
  ["--history <folder>", "where runs are kept (default: reports/history; short: the night's own)"],
  ["--keep <count>", "runs of each lane that the history keeps, at least 20 (default: 400)"],
  [
    "--staging-config <file>",
    "config file of a run that names the staging project; its lane needs it",
  ],
  ["--reports <folder>", "where the night's report folder is made (default: reports)"],
] as const;

/** Throws one UserError that names every fault. */
export function readNightlyOptions(parsed: Readonly<Record<string, unknown>>): NightlyOptions {
  const read = schema.safeParse(parsed);
  if (read.success) return read.data;
  throw new UserError(
    "E_BAD_OPTIONS",
    read.error.issues.map((issue) => describe(issue, parsed)).join("\n"),
    "Run `npm run nightly -- --help` for all options. Nothing was run.",
  );
}

function describe(issue: z.core.$ZodIssue, parsed: Readonly<Record<string, unknown>>): string {
  const key = String(issue.path[0]);
  const flag = flagOfKey(key);
  const accepted = NIGHTLY_OPTIONS.find(([declared]) => declared.startsWith(`${flag} `))?.[1] ?? "";
  const given = parsed[key];
  const fault = given === undefined ? "is missing" : `${JSON.stringify(given)} is not accepted`;
  return `${flag}: ${fault}. Accepted: ${accepted}.`;
}
