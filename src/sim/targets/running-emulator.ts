import type { Clock } from "../../std/clock.ts";
import type { EmulatorApi } from "./emulator-api.ts";
import type { StartedProcess } from "./machine.ts";
import type { Target } from "./target.ts";
import { endProcess, watchForDeath } from "./watch-process.ts";

/** The part of the emulator's endpoints that watching needs. */
type WatchedApi = Pick<EmulatorApi, "endpoint" | "answers" | "clear" | "collectionIds">;

export interface RunningEmulatorOptions {
  readonly projectId: string;
  readonly description: string;
  readonly reason: string;
  /** null when this run did not start it. */
  readonly process: StartedProcess | null;
}

/** An emulator that is up and has nothing in front of it, watched until it is stopped. */
export function watchEmulator(
  clock: Clock,
  api: WatchedApi,
  options: RunningEmulatorOptions,
): Target {
  const stopping = new AbortController();
  const { process } = options;
  const watched = {
    name: "the emulator",
    endpoint: api.endpoint,
    answers: (timeoutMs: number) => api.answers(timeoutMs),
  };
  let stopped: Promise<void> | undefined;
  return {
    kind: "emulator",
    projectId: options.projectId,
    endpoint: api.endpoint,
    description: options.description,
    reason: options.reason,
    limits: "off",
    latency: "off",
    control: null,
    evaluatesRules: true,
    processId: process?.processId ?? null,
    gatewayProcessId: null,
    died: watchForDeath(clock, watched, process, stopping.signal),
    clear: () => api.clear(),
    collectionIds: (documentPath) => api.collectionIds(documentPath),
    stop: () => {
      stopping.abort();
      stopped ??= process === null ? Promise.resolve() : endProcess(clock, process);
      return stopped;
    },
  };
}
