/**
 * What the search for an emulator and its start need of the computer. The real one is
 * real-machine.ts; tests use one that is made up.
 */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** "24.21.0". */
  readonly nodeVersion: string;
  availableMemoryBytes(): number;
  /** Room for this user's files on the disk that holds the folder. */
  freeDiskBytes(folder: string): Promise<number>;
  isFile(path: string): Promise<boolean>;
  /** Names in a folder, sorted; none when it is not there or cannot be read. */
  list(folder: string): Promise<readonly string[]>;
  /** The path with symbolic links followed; undefined when it is not there. */
  realPath(path: string): Promise<string | undefined>;
  /** Rejects as node:fs does. */
  readText(path: string): Promise<string>;
  /** Runs a command to its end and returns what it printed on both streams. Never rejects. */
  run(command: string, parameters: readonly string[]): Promise<CommandOutput>;
  /**
   * Starts a command that goes on running, in this process's environment when none is given. Rejects
   * when it cannot be started.
   */
  start(
    command: string,
    parameters: readonly string[],
    log: LineLog,
    environment?: Machine["environment"],
  ): Promise<StartedProcess>;
  /** A port of 127.0.0.1 that nobody listens on at this moment. */
  freePort(): Promise<number>;
  isPortFree(port: number): Promise<boolean>;
}

export interface CommandOutput {
  /** null: it could not be started, or took longer than 20 s. */
  readonly exitCode: number | null;
  readonly output: string;
}

export type LineLog = (line: string) => void;

/** A process of this run, which ends when the run does, however the run ends. */
export interface StartedProcess {
  readonly processId: number;
  /** Resolves when it has ended with how: "exit code 1", "signal SIGKILL". */
  readonly ended: Promise<string>;
  /** The last lines it printed on either stream. */
  lastLines(): string;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}
