import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { LineLog, Machine, StartedProcess } from "../targets/machine.ts";
import { LINE_PREFIX } from "./line-format.ts";

/** The script that carries out a plan. */
const SCRIPT = fileURLToPath(new URL("../../../scenarios/k6/driven.ts", import.meta.url));

export interface K6Start {
  /** Path of k6. */
  readonly k6: string;
  readonly planFile: string;
  /** Where k6 writes its summary when it comes to its end. */
  readonly summaryFile: string;
  /** Which of how many processes it is, from 0. */
  readonly index: number;
  readonly processes: number;
  readonly onLine: LineLog;
}

/** One of the k6 processes of a phase. */
export interface K6Process extends Pick<StartedProcess, "processId" | "kill" | "ended"> {
  readonly started: StartedProcess;
  /** "k6", or "k6 2 of 3". */
  readonly name: string;
  readonly summaryFile: string;
  /** What k6 itself said last, for want of a better reason; "" when it said nothing. */
  lastWords(): string;
}

export async function startK6(machine: Machine, start: K6Start): Promise<K6Process> {
  const { index, processes } = start;
  const words: string[] = [];
  const hear = (text: string): void => {
    if (isWorthKeeping(text)) words.push(text.trim());
    if (words.length > WORDS_KEPT) words.shift();
    start.onLine(text);
  };
  const environment = k6Environment(machine.environment);
  const process = await machine.start(start.k6, parametersOf(start), hear, environment);
  return {
    started: process,
    processId: process.processId,
    ended: process.ended,
    kill: (signal) => process.kill(signal),
    name: processes === 1 ? "k6" : `k6 ${index + 1} of ${processes}`,
    summaryFile: start.summaryFile,
    lastWords: () => words.join(" "),
  };
}

const WORDS_KEPT = 5;

/** k6 says "Request Failed" of every request without an answer; those have lines of their own. */
function isWorthKeeping(text: string): boolean {
  return text.trim() !== "" && !text.startsWith(LINE_PREFIX) && text !== "Request Failed";
}

function parametersOf({ planFile, summaryFile, index, processes }: K6Start): readonly string[] {
  return [
    ["run", "--quiet", "--no-color"],
    // Lines without a time and a level: what console.log is given, and nothing else.
    ["--log-format", "raw"],
    // No control port: two processes of k6 v1 on one machine would fight for it.
    ["--address", ""],
    segmentOf(index, processes),
    ["-e", `PLIMSOLL_PLAN=${planFile}`],
    ["-e", `PLIMSOLL_SUMMARY=${summaryFile}`],
    [SCRIPT],
  ].flat();
}

/** Which part of every scenario the process takes: all know how the whole is cut. */
function segmentOf(index: number, processes: number): readonly string[] {
  if (processes === 1) return [];
  const point = (at: number): string =>
    at === 0 || at === processes ? String(at / processes) : `${at}/${processes}`;
  const points = Array.from({ length: processes + 1 }, (_, at) => point(at));
  const own = `${point(index)}:${point(index + 1)}`;
  return ["--execution-segment", own, "--execution-segment-sequence", points.join(",")];
}

/** Settings of k6's that say where its own metrics go: these may be given, and no others. */
const OUTPUT_SETTINGS = /^K6_(OUT$|PROMETHEUS_|OTEL_|STATSD_|WEB_DASHBOARD)/;

/**
 * Go's collector at work holds up arrivals. Measured at 333 ledger entries a second on two busy
 * processors (2026-11-26, k6 v2.2.0): 0.4% late and 1.29 ms of processor time an operation with it
 * so seldom, against 6.0% and 1.57 ms with Go's own 100. Towards its limit of memory it is as busy
 * as ever.
 */
const COLLECTOR = { GOGC: "400", GOMEMLIMIT: "2GiB" };

/** What the user set for k6 runs of their own must not change the load; and k6 calls nobody. */
export function k6Environment(environment: Machine["environment"]): Machine["environment"] {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith("K6_") || OUTPUT_SETTINGS.test(name),
  );
  return {
    ...COLLECTOR,
    ...Object.fromEntries(kept),
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
  };
}

/** What an exit code of k6 means (errext/exitcodes/codes.go in grafana/k6). */
const EXIT_CODES: Readonly<Record<string, string>> = {
  "99": "a threshold of the plan was not met",
  "100": "its setup took too long",
  "104": "it does not take its options",
  "105": "it was interrupted",
  "107": "the script failed",
  "108": "the script gave up",
  "109": "k6 itself failed",
  "255": "it could not begin",
};

/** What was wrong with how a process ended; undefined when it came to its end. */
export function faultyEnd(process: K6Process, ended: string): string | undefined {
  if (ended === "exit code 0" || ended === "exit code 99") return undefined;
  const meaning = EXIT_CODES[ended.replace("exit code ", "")];
  const words = process.lastWords();
  return `${process.name} ended with ${ended}${meaning === undefined ? "" : ` (${meaning})`}${words === "" ? "" : `: ${words.slice(0, WORDS_LENGTH_MAX)}`}`;
}

const WORDS_LENGTH_MAX = 400;

const summarySchema = z.strictObject({
  format: z.literal("plimsoll-k6-summary/1"),
  iterations: z.int().nonnegative(),
  droppedIterations: z.int().nonnegative(),
});

/** What is wrong with a process's summary; undefined when nothing is. */
export async function faultySummary(
  machine: Pick<Machine, "readText">,
  { name, summaryFile }: Pick<K6Process, "name" | "summaryFile">,
): Promise<string | undefined> {
  const text = await machine.readText(summaryFile).catch(() => undefined);
  if (text === undefined) return `${name} left no summary`;
  if (text.trim() === "") return `${name} left an empty summary`;
  const parsed = summarySchema.safeParse(parseJson(text));
  if (!parsed.success) return `${name} left a summary that cannot be read`;
  const { droppedIterations } = parsed.data;
  return droppedIterations === 0 ? undefined : `${name} dropped ${droppedIterations} iterations`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
