import { fileURLToPath } from "node:url";
import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import { GatewayControl } from "./gateway-control.ts";
import type { LatencyChoice, LimitsChoice } from "./limits-choice.ts";
import type { LineLog, Machine, StartedProcess } from "./machine.ts";
import { endProcess } from "./watch-process.ts";

/** The command line's own entry: the gateway is one of its commands. Node.js runs it as it stands. */
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const START_TIMEOUT_MS = 30_000;
/** The line it prints once its port answers; more may follow on it. */
const READY = /listening on (\S+:\d+)/;

/** What a gateway is to do with the traffic through it. */
export interface GatewayOptions {
  readonly limits: LimitsChoice;
  readonly latency: LatencyChoice;
  /** Path of the index file that it holds queries and writes to. */
  readonly indexesFile: string;
  /** Path of a file of figures for its model: constants, or a calibration. */
  readonly constantsFile?: string | undefined;
}

export interface GatewayStart extends GatewayOptions {
  /** The engine in the gateway's own process, or host:port of an emulator. */
  readonly backend: "embedded" | (string & {});
  /** Largest heap of the process; the embedded engine keeps its documents there. */
  readonly heapMiB?: number | undefined;
  readonly log?: LineLog | undefined;
  /** Ends the start: the process is stopped, and the start rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunningGateway {
  readonly process: StartedProcess;
  readonly control: GatewayControl;
}

/** Starts the gateway on a free port, as a process that cannot outlive this one. */
export async function startGateway(
  start: GatewayStart,
  machine: Machine,
  clock: Clock,
): Promise<RunningGateway> {
  start.signal?.throwIfAborted();
  const { promise: ready, resolve: isReady } = Promise.withResolvers<string>();
  const log: LineLog = (line) => {
    const endpoint = READY.exec(line)?.[1];
    if (endpoint !== undefined) isReady(endpoint);
    start.log?.(line);
  };
  const process = await machine.start(globalThis.process.execPath, parametersOf(start), log);
  const endpoint = await untilReady(clock, process, ready, start.signal);
  return { process, control: new GatewayControl(endpoint, clock) };
}

function parametersOf(start: GatewayStart): readonly string[] {
  return [
    ...(start.heapMiB === undefined ? [] : [`--max-old-space-size=${start.heapMiB}`]),
    MAIN,
    "gateway",
    "--port",
    "0",
    "--backend",
    start.backend,
    "--limits",
    start.limits,
    "--latency",
    start.latency,
    "--indexes",
    start.indexesFile,
    ...(start.constantsFile === undefined ? [] : ["--constants", start.constantsFile]),
  ];
}

type Progress =
  | { readonly kind: "ready"; readonly endpoint: string }
  | { readonly kind: "ended"; readonly how: string }
  | { readonly kind: "late" };

/** Resolves with host:port; else ends the process and throws. */
async function untilReady(
  clock: Clock,
  process: StartedProcess,
  ready: Promise<string>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
  const progress = await Promise.race([
    ready.then((endpoint): Progress => ({ kind: "ready", endpoint })),
    process.ended.then((how): Progress => ({ kind: "ended", how })),
    clock.sleep(START_TIMEOUT_MS, either).then(
      (): Progress => ({ kind: "late" }),
      (): Progress => ({ kind: "late" }),
    ),
  ]);
  over.abort();
  if (progress.kind === "ready" && signal?.aborted !== true) return progress.endpoint;
  if (progress.kind !== "ended") await endProcess(clock, process);
  signal?.throwIfAborted();
  const fault =
    progress.kind === "ended"
      ? `it ended with ${progress.how}`
      : `it did not answer within ${START_TIMEOUT_MS / 1000} s`;
  throw diedAtStart(fault, process.lastLines());
}

function diedAtStart(fault: string, lastLines: string): UserError {
  return new UserError(
    "E_GATEWAY_DIED_AT_START",
    `the gateway did not start: ${fault}:\n${lastLines}`,
    "Its own message says why; `npm run sim -- gateway --help` explains its options.",
  );
}
