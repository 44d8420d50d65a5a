import type { CommandOutput, LineLog, Machine, StartedProcess } from "./machine.ts";

/** What a made-up computer holds; everything else is absent. */
export interface FakeMachineOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Targets of symbolic links by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Outputs by "command parameter parameter"; a missing one cannot be started. */
  readonly commands?: Readonly<Record<string, CommandOutput>>;
  /** Ports offered in turn. */
  readonly freePorts?: readonly number[];
  readonly takenPorts?: readonly number[];
  readonly nodeVersion?: string;
  readonly start?: (command: string, parameters: readonly string[], log: LineLog) => StartedProcess;
}

export interface FakeMachine extends Machine {
  /** Commands that were started, in order. */
  readonly started: readonly string[];
}

const GIB = 1024 ** 3;

export function createFakeMachine(options: FakeMachineOptions): FakeMachine {
  const files = options.files ?? {};
  const ports = [...(options.freePorts ?? [8_080])];
  const started: string[] = [];
  return {
    started,
    environment: options.environment ?? {},
    homeFolder: "/home/ada",
    nodeVersion: options.nodeVersion ?? "24.0.0",
    availableMemoryBytes: () => 8 * GIB,
    freeDiskBytes: async () => 50 * GIB,
    isFile: async (path) => path in files,
    list: async (folder) => Object.keys(files).flatMap((path) => nameIn(folder, path)),
    realPath: async (path) => options.links?.[path] ?? (path in files ? path : undefined),
    readText: async (path) => files[path] ?? Promise.reject(new Error(`ENOENT: ${path}`)),
    run: async (command, parameters) =>
      options.commands?.[[command, ...parameters].join(" ")] ?? { exitCode: null, output: "" },
    start: async (command, parameters, log: LineLog) => {
      started.push([command, ...parameters].join(" "));
      if (options.start === undefined) throw new Error("nothing may be started here");
      return options.start(command, parameters, log);
    },
    freePort: async () => ports.shift() ?? 0,
    isPortFree: async (port) => !(options.takenPorts ?? []).includes(port),
  };
}

function nameIn(folder: string, path: string): readonly string[] {
  return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
}

export const JAVA_17: CommandOutput = {
  exitCode: 0,
  output: 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment',
};

const MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";

/** The command that asks a jar for its version. */
export function probeOf(jar: string, java = "java"): string {
  return `${java} -cp ${jar} ${MAIN_CLASS} --version`;
}

export function versionAnswer(version: string): CommandOutput {
  return { exitCode: 0, output: `cloud-firestore-emulator ${version}\n` };
}

/** A process that ends when told to, or when the test says so. */
export function createFakeProcess(lastLines = "") {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const signals: string[] = [];
  const process: StartedProcess = {
    processId: 4_711,
    ended,
    lastLines: () => lastLines,
    kill: (signal) => {
      signals.push(signal);
    },
  };
  return { process, signals, end };
}
