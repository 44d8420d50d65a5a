import type { Clock } from "../../std/clock.ts";
import type { OpenGateway } from "../gateway/open-gateway.ts";
import { RefusalLines } from "../gateway/refusal-lines.ts";
import type { CliContext } from "./context.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";

const REFUSALS_PERIOD_MS = 1_000;

/** What `gateway` and `rehearsal` say of how they end. */
export const SERVING_EXIT_CODES =
  "\nExit codes:\n  0   it was ended (Ctrl-C, SIGTERM)\n  1   the backend died\n  2   bad usage";

/** Something that serves until it is closed, with a gateway in it. */
export interface Serving {
  readonly gateway: Pick<OpenGateway, "admission" | "died">;
  /** What somebody who has just started it wants to know. */
  readonly introduction: readonly string[];
  close(): Promise<void>;
}

export interface ServingTools {
  readonly log: (line: string) => void;
  /** Aborts when it is to end, also while it opens. */
  readonly signal: AbortSignal;
}

/**
 * Opens it, introduces it, and tells what its limits refuse until Ctrl-C or the backend's death,
 * which is thrown. It is closed on every way out.
 */
export async function serveGateway(
  { clock, stdout, signals, exit }: CliContext,
  open: (tools: ServingTools) => Promise<Serving>,
): Promise<ExitCode> {
  const say = (line: string): void => void stdout.write(`${line}\n`);
  const interrupts = watchInterrupts(clock, signals, { say: () => say("Ending."), exit });
  const { signal } = interrupts;
  try {
    const serving = await open({ log: say, signal });
    try {
      serving.introduction.forEach((line) => say(line));
      const done = new AbortController();
      const either = AbortSignal.any([signal, done.signal]);
      const telling = tellRefusals(clock, serving.gateway, say, either);
      const death = await Promise.race([serving.gateway.died, telling]);
      done.abort();
      if (death instanceof Error) throw death;
    } finally {
      await serving.close();
    }
    return EXIT_CODES.pass;
  } catch (error) {
    // Interrupted while it was starting: what had been started has ended.
    if (signal.aborted && error === signal.reason) return EXIT_CODES.pass;
    throw error;
  } finally {
    interrupts.release();
  }
}

/** Looks for new kinds of refusal until the signal aborts. Never rejects but for a fault of ours. */
async function tellRefusals(
  clock: Clock,
  { admission }: Pick<OpenGateway, "admission">,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<undefined> {
  const lines = new RefusalLines();
  while (!signal.aborted) {
    lines.next(admission.report(clock.monotonicMs())).forEach((line) => say(line));
    await clock.sleep(REFUSALS_PERIOD_MS, signal).catch(() => undefined);
  }
}
