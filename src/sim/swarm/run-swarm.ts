import { createRng } from "../../std/rng.ts";
import type { Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { brokenPromises } from "./broken-promises.ts";
import { drawTrial } from "./draw-trial.ts";

/** A seed whose run broke a promise, or fell over. */
export interface SwarmFinding {
  readonly seed: number;
  /** What was broken, or what the program said as it fell over. */
  readonly broken: readonly string[];
}

export interface SwarmRequest {
  readonly first: number;
  readonly count: number;
  /** Rejects when the program is at fault. */
  readonly run: (spec: TrialSpec) => Promise<Result>;
  /** Runs under way at once. */
  readonly atOnce: number;
  /** Every so many seeds one is run twice, and must come out the same; 0: none. */
  readonly twiceEvery: number;
  readonly signal: AbortSignal;
  readonly onSeed?: (seed: number, finding: SwarmFinding | undefined) => void;
}

export interface SwarmOutcome {
  readonly ran: number;
  readonly ranTwice: number;
  readonly findings: readonly SwarmFinding[];
}

export function swarmTrial(seed: number): TrialSpec {
  return drawTrial(seed, createRng(seed).fork("swarm"));
}

/** Runs seed after seed, and goes on whatever it finds. Ended early, it tells of what there was. */
export async function runSwarm(request: SwarmRequest): Promise<SwarmOutcome> {
  const { first, count, run, atOnce, twiceEvery, signal, onSeed } = request;
  const findings: SwarmFinding[] = [];
  let next = first;
  let ran = 0;
  let ranTwice = 0;
  const worker = async (): Promise<void> => {
    while (next < first + count && !signal.aborted) {
      const seed = next;
      next += 1;
      const isTwice = twiceEvery > 0 && seed % twiceEvery === 0;
      const broken = await tryOut(seed, run, isTwice);
      // What a signal has cut off says nothing.
      if (signal.aborted) return;
      ran += 1;
      if (isTwice) ranTwice += 1;
      const finding = broken.length === 0 ? undefined : { seed, broken };
      if (finding !== undefined) findings.push(finding);
      onSeed?.(seed, finding);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  findings.sort((left, right) => left.seed - right.seed);
  return { ran, ranTwice, findings };
}

async function tryOut(
  seed: number,
  run: SwarmRequest["run"],
  isTwice: boolean,
): Promise<readonly string[]> {
  const spec = swarmTrial(seed);
  try {
    const result = await run(spec);
    const broken = brokenPromises(result);
    if (!isTwice) return broken;
    const again = JSON.stringify(await run(spec));
    const isSame = again === JSON.stringify(result);
    return isSame ? broken : [...broken, "the same seed came out otherwise the second time"];
  } catch (error) {
    return [whatFell(error)];
  }
}

/** Where the program fell over; the trial is told by its seed. */
function whatFell(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return `fell over: ${text.slice(0, STACK_LENGTH_MAX)}`;
}

const STACK_LENGTH_MAX = 1500;
