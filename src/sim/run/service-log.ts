import { pino } from "pino";
import type { Log } from "../../system/log.ts";

/** The service's log during a run: NDJSON in the run's folder, never on the terminal. */
export interface ServiceLog extends Log {
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

export function openServiceLog(file: string): ServiceLog {
  const destination = pino.destination({ dest: file, mkdir: true, sync: false });
  const logger = pino({ base: null }, destination);
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    close: () =>
      new Promise<void>((resolve, reject) => {
        destination.flush((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
