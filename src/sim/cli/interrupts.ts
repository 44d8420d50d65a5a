import type { Clock } from "../../std/clock.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type InterruptSignal = (typeof SIGNALS)[number];

/** npm and tsx pass on a Ctrl-C that the terminal has sent to all: one keystroke comes as several. */
const SAME_KEYSTROKE_MS = 500;

/** Where signals come from: `process`, or a test's emitter. */
export interface SignalSource {
  on(signal: InterruptSignal, listener: (signal: InterruptSignal) => void): unknown;
  removeListener(signal: InterruptSignal, listener: (signal: InterruptSignal) => void): unknown;
}

export interface InterruptOptions {
  /** Tells the person at the keyboard what happens now. */
  readonly say: (text: string) => void;
  /** Ends the process at once; what it started ends with it. */
  readonly exit: (code: ExitCode) => void;
}

export interface Interrupts {
  /** Aborts at the first signal, so that the run ends in order with what it has. */
  readonly signal: AbortSignal;
  release(): void;
}

/** The first signal asks the run to end, the second ends it. */
export function watchInterrupts(
  clock: Clock,
  source: SignalSource,
  options: InterruptOptions,
): Interrupts {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = (signal: InterruptSignal) => {
    const nowMs = clock.monotonicMs();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      options.say(
        "Stopping; the report will hold what was measured. Press Ctrl-C again to exit now.",
      );
      controller.abort(new Error(`interrupted by ${signal === "SIGINT" ? "Ctrl-C" : signal}`));
    } else if (nowMs - firstAtMs >= SAME_KEYSTROKE_MS) {
      options.say("Exiting now, without a complete report.");
      options.exit(EXIT_CODES.interrupted);
    }
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of SIGNALS) source.removeListener(signal, onSignal);
    },
  };
}
