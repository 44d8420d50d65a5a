import type { Clock } from "../../std/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { UserError } from "../cli/errors.ts";
import { EmulatorApi } from "./emulator-api.ts";
import { EMULATOR_MAIN_CLASS } from "./emulator-jar.ts";
import { requireInstallation } from "./installation.ts";
import type { Installation } from "./installation.ts";
import type { LineLog, Machine, StartedProcess } from "./machine.ts";
import { createRealMachine } from "./real-machine.ts";
import { readRules } from "./rules-file.ts";
import { watchEmulator } from "./running-emulator.ts";
import type { Target } from "./target.ts";
import { endProcess } from "./watch-process.ts";

const HOST = "127.0.0.1";
const START_TIMEOUT_MS = 30_000;
const START_PROBE_PERIOD_MS = 50;
/** A free port may be taken between the search and the start. */
const PORT_ATTEMPTS = 3;
const DEFAULT_HEAP_MIB = 1024;

export interface EmulatorOptions {
  readonly projectId: string;
  /** Path of the security rules to load. */
  readonly rulesFile: string;
  /** Largest Java heap. The emulator keeps every version of a document: some 2 KB for each write. */
  readonly heapMiB?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Why this target was taken. */
  readonly reason?: string;
  /** Hears the emulator's output and the rules compiler's warnings. */
  readonly log?: LineLog;
  /** Ends the start: what was started is stopped, and the start rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Finds and starts the official emulator. It ends with `stop`, or with this process. */
export async function startEmulator(
  options: EmulatorOptions,
  machine: Machine = createRealMachine(),
  clock: Clock = createRealClock(),
): Promise<Target> {
  const installation = await requireInstallation(machine);
  return startInstalledEmulator(options, installation, machine, clock);
}

/** The same with an installation found before. */
export async function startInstalledEmulator(
  options: EmulatorOptions,
  installation: Installation,
  machine: Machine,
  clock: Clock,
): Promise<Target> {
  const rules = await readRules(machine, options.rulesFile);
  const { api, process } = await launch(options, installation, machine, clock);
  try {
    const warnings = await api.loadRules(options.rulesFile, rules);
    warnings.forEach((warning) => options.log?.(warning));
    options.signal?.throwIfAborted();
  } catch (error) {
    await endProcess(clock, process);
    throw error;
  }
  const { java, jar } = installation;
  return watchEmulator(clock, api, {
    projectId: options.projectId,
    description: `official Firestore emulator ${jar.version} (${jar.path}) on Java ${java.version}`,
    reason: options.reason ?? `found Java ${java.major} and a jar (${jar.source})`,
    process,
  });
}

interface Launched {
  readonly api: EmulatorApi;
  readonly process: StartedProcess;
}

async function launch(
  options: EmulatorOptions,
  installation: Installation,
  machine: Machine,
  clock: Clock,
): Promise<Launched> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await machine.freePort());
    if (!(await machine.isPortFree(port))) throw portTaken(port);
    const parameters = javaParameters(installation, options.heapMiB ?? DEFAULT_HEAP_MIB, port);
    const log = options.log ?? (() => undefined);
    options.signal?.throwIfAborted();
    const process = await machine.start(installation.java.path, parameters, log);
    const api = new EmulatorApi(`${HOST}:${port}`, options.projectId, clock);
    const fault = await untilUpOrEnded(clock, api, process, options.signal);
    options.signal?.throwIfAborted();
    if (fault === undefined) return { api, process };
    if (!fault.includes("Address already in use")) throw diedAtStart(fault);
    if (options.port !== undefined || attempt === PORT_ATTEMPTS) throw portTaken(port);
  }
}

function javaParameters({ jar }: Installation, heapMiB: number, port: number): readonly string[] {
  return [
    `-Xmx${heapMiB}m`,
    // A full heap then ends the emulator with a clear message, where it would stop answering.
    "-XX:+ExitOnOutOfMemoryError",
    "-Duser.language=en",
    "-cp",
    jar.path,
    EMULATOR_MAIN_CLASS,
    "--host",
    HOST,
    "--port",
    String(port),
  ];
}

/** The same as `untilUp`; an abort ends the process, which ends the wait. */
async function untilUpOrEnded(
  clock: Clock,
  api: EmulatorApi,
  process: StartedProcess,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= endProcess(clock, process);
  };
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await untilUp(clock, api, process);
  } finally {
    signal?.removeEventListener("abort", end);
    await ending;
  }
}

/** Resolves undefined once it answers, else with what went wrong; the process has then ended. */
async function untilUp(
  clock: Clock,
  api: EmulatorApi,
  process: StartedProcess,
): Promise<string | undefined> {
  let ended: string | undefined;
  void process.ended.then((how) => {
    ended = how;
  });
  const startedAtMs = clock.monotonicMs();
  while (clock.monotonicMs() - startedAtMs < START_TIMEOUT_MS) {
    const up = await api.answers(START_TIMEOUT_MS);
    // First, since another program may answer on the port that this one failed to get.
    if (ended !== undefined) return `it ended with ${ended}:\n${process.lastLines()}`;
    if (up) return undefined;
    await clock.sleep(START_PROBE_PERIOD_MS);
  }
  await endProcess(clock, process);
  return `it did not answer within ${START_TIMEOUT_MS / 1000} s:\n${process.lastLines()}`;
}

function portTaken(port: number): UserError {
  return new UserError(
    "E_PORT_TAKEN",
    `port ${port} of ${HOST} is taken, the emulator cannot listen on it`,
    "End the program that holds the port, or leave the port to be chosen.",
  );
}

function diedAtStart(fault: string): UserError {
  const hint = fault.includes("object heap")
    ? "Give the emulator less memory with --emulator-heap."
    : "Run `npm run sim -- doctor` to see which Java and jar are used.";
  return new UserError("E_EMULATOR_DIED_AT_START", `the emulator did not start: ${fault}`, hint);
}
