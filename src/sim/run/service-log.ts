import { rmSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../system/log.ts";

/**
 * The service's log during a run: NDJSON, never on the terminal. It is written beside the reports
 * and becomes part of the run's own. A log that cannot be written is given up: it explains a run
 * and decides nothing about it, so none of these methods rejects.
 */
export interface ServiceLog extends Log {
  /** Writes what is left and puts the file, when it is whole, into the report's folder. */
  keep(folder: string): Promise<void>;
  /** Removes the file, unless it was kept. */
  discard(): Promise<void>;
}

/** The log of a run that leaves no files. */
export const NO_SERVICE_LOG: ServiceLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  keep: () => Promise.resolve(),
  discard: () => Promise.resolve(),
};

/** Lines are written so many at a time: one by one they cost a busy run more than to be made. */
const CHUNK_BYTES = 8192;

/** The name of the log in a report's folder. */
const LOG_NAME = "service.ndjson";

/** Where the log is written until the report's folder is there. */
export function draftLogFile(reportsFolder: string, runId: string): string {
  return join(reportsFolder, `.${runId}.${LOG_NAME}`);
}

/** `onFault` hears, once, why the log is given up. */
export function openServiceLog(
  clock: Clock,
  file: string,
  onFault: (reason: string) => void,
): ServiceLog {
  const destination = pino.destination({
    dest: file,
    mkdir: true,
    sync: false,
    minLength: CHUNK_BYTES,
  });
  const timestamp = (): string => `,"time":${Math.round(clock.wallMs())}`;
  const logger = pino({ base: null, timestamp }, destination);
  const closed = Promise.withResolvers<void>();
  let state: "writing" | "ending" | "given-up" | "kept" = "writing";
  const giveUp = (error: unknown): void => {
    if (state === "given-up") return;
    state = "given-up";
    onFault(error instanceof Error ? error.message : String(error));
    destination.destroy();
    // A file that was never opened is never closed, and pino would still write it out when the
    // process exits, which throws then: a run that had passed would end with 1.
    destination.emit("close");
    closed.resolve();
  };
  destination.on("error", giveUp);
  destination.on("close", () => closed.resolve());
  const end = (): Promise<void> => {
    if (state === "writing") {
      state = "ending";
      destination.end();
    }
    return closed.promise;
  };
  const removeAtExit = (): void => rmSync(file, { force: true });
  process.once("exit", removeAtExit);
  // What is logged after the log was given up would only gather in memory.
  const whileWriting =
    (level: "info" | "warn" | "error"): Log["info"] =>
    (fields, message) => {
      if (state === "writing") logger[level](fields, message);
    };
  return {
    info: whileWriting("info"),
    warn: whileWriting("warn"),
    error: whileWriting("error"),
    keep: async (folder) => {
      await end();
      if (state === "given-up") return;
      try {
        await rename(file, join(folder, LOG_NAME));
        state = "kept";
      } catch (error) {
        giveUp(error);
      }
    },
    discard: async () => {
      process.removeListener("exit", removeAtExit);
      await end();
      if (state !== "kept") await rm(file, { force: true }).catch(() => undefined);
    },
  };
}
