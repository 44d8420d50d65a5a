import { formatDuration } from "../config/duration.ts";
import type { RunOptions } from "../config/run-options.ts";

/** The command that repeats a run: every option that shapes it spelled out, so that a changed default cannot matter. */
export function replayCommand(options: RunOptions): string {
  const words = ["npm run sim --"];
  const add = (option: string, value: string | number): void =>
    void words.push(`--${option} ${quoteWord(String(value))}`);
  add("users", options.users);
  add("tenants", options.tenants);
  add("seed", options.seed);
  for (const scenario of options.scenarios) add("scenario", scenario);
  if (options.durationMs !== null) add("duration", formatDuration(options.durationMs));
  if (options.market !== null) add("market", options.market);
  add("limiter", options.limiter);
  add("limiter-config", options.limiterConfig);
  if (options.clock === "virtual") {
    add("clock", options.clock);
    add("cohort", options.cohort);
  } else add("target", options.target);
  if (options.target === "staging") {
    if (options.project !== null) add("project", options.project);
    if (options.projectFile !== null) add("project-file", options.projectFile);
    add("max-cost", options.maxCost);
    if (options.maxWrites !== null) add("max-writes", options.maxWrites);
    add("max-writes-per-second", options.maxWritesPerSecond);
    // The allow-list stands in a file, and which file it was is not the run's to know.
    add("config", "CONFIG-FILE");
  } else {
    add("limits", options.limits);
    add("latency", options.latency);
    if (options.calibration !== undefined) add("calibration", options.calibration);
  }
  if (options.indexes !== null) add("indexes", options.indexes);
  if (options.clock === "real" && options.target !== "staging") {
    add("emulator-heap", options.emulatorHeapMiB);
  }
  if (options.driver !== "node") add("driver", options.driver);
  if (options.k6Instances !== null) add("k6-instances", options.k6Instances);
  return words.join(" ");
}

/** As a shell takes one word. */
export function quoteWord(value: string): string {
  return /^[\w./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
