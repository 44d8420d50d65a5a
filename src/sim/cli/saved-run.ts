import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseLimiterConfig, type LimiterConfig } from "../../system/limiter/config.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import { resultSchema, type Result } from "../report/result.ts";
import { UserError, type UserErrorCode } from "./errors.ts";

export const RESULT_FILE = "result.json";

/** A run, as its report holds it. */
export interface SavedRun {
  readonly text: string;
  readonly result: Result;
}

/** Throws a UserError of that code when the folder holds no such run. */
export async function readVirtualRun(folder: string, code: UserErrorCode): Promise<SavedRun> {
  const { text, result } = await readRun(folder, code);
  if (result.run.options["clock"] !== "virtual") {
    throw new UserError(
      code,
      `"${join(folder, RESULT_FILE)}": the run was made in real time, which does not repeat itself`,
      `Its load does: ${result.run.command}`,
    );
  }
  return { text, result };
}

/** Any run's. Throws a UserError of that code when the folder holds none. */
export async function readRun(folder: string, code: UserErrorCode): Promise<SavedRun> {
  const path = join(folder, RESULT_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const message = `"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError(code, message, "Give the folder of a run's report.", {
      cause: error,
    });
  });
  return { text, result: parseResult(path, text, code) };
}

function parseResult(path: string, text: string, code: UserErrorCode): Result {
  try {
    return resultSchema.parse(JSON.parse(text));
  } catch (error) {
    const message = `"${path}" is no result of this version of Plimsoll`;
    throw new UserError(code, message, "Run it anew; docs/report.md explains the file.", {
      cause: error,
    });
  }
}

/** The options by the names that a config file gives them. */
export function rawOptions({ run }: Result): RawOptions {
  const { scenarios, durationMs, emulatorHeapMiB, ...same } = run.options;
  return {
    ...same,
    ...(Array.isArray(scenarios) && scenarios.length > 0 ? { scenario: scenarios } : {}),
    duration: durationMs,
    emulatorHeap: emulatorHeapMiB,
  };
}

/** As the run had it, whatever has become of the file it was read from. */
export function savedLimiter({ limiter }: Result): LimiterConfig | undefined {
  const parsed = parseLimiterConfig(limiter.config);
  return parsed.kind === "valid" ? parsed.config : undefined;
}
