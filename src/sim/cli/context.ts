import type { Command } from "commander";
import type { Clock } from "../../std/clock.ts";
import type { Machine } from "../targets/machine.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { SignalSource } from "./interrupts.ts";
import type { Simulate, SimulateVirtually } from "./simulate.ts";
import type { TextStream } from "./text-stream.ts";

/** The world the command line lives in; main.ts fills in the real one. */
export interface CliContext {
  readonly clock: Clock;
  readonly machine: Machine;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
  /** The engine of `run`, loaded only when a run has been found possible. */
  readonly loadSimulate: () => Promise<Simulate>;
  /** The same on a virtual clock. */
  readonly loadSimulateVirtually: () => Promise<SimulateVirtually>;
}

/** A command, and how it answers: it resolves to its exit code or throws. */
export interface CliCommand {
  readonly command: Command;
  /** Of a group (`k6 install`): the commands in it. The group by itself shows its help. */
  readonly members?: readonly CliCommand[];
  readonly run: (parsed: Readonly<Record<string, unknown>>) => Promise<ExitCode>;
}
