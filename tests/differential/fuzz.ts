import { inspect } from "node:util";
import type { FirestoreWire } from "../judge/firestore-wire.ts";
import { compare, type Disagreement } from "./compare.ts";
import { generateCase } from "./generate-case.ts";
import type { Observation } from "./observe.ts";
import { runCase } from "./run-case.ts";
import { shrink } from "./shrink.ts";
import type { Case } from "./step.ts";

export interface Sides {
  readonly ours: FirestoreWire;
  readonly theirs: FirestoreWire;
}

export interface FuzzResult {
  readonly seeds: number;
  readonly calls: number;
  /** How often the codes were the same but the texts were not, by [ours, theirs]. */
  readonly otherTexts: ReadonlyMap<string, number>;
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly seed: number;
  readonly smallest: Case;
  readonly disagreement: Disagreement;
}

/** Reruns that one shrinking may take. */
const SHRINKING_RUNS = 400;

/** Runs the seeds' cases on both sides until `enough()`; each disagreement comes back shrunken. */
export async function fuzz(
  sides: Sides,
  seeds: Iterable<number>,
  enough: (faults: readonly Fault[]) => boolean,
): Promise<FuzzResult> {
  const faults: Fault[] = [];
  const otherTexts = new Map<string, number>();
  let calls = 0;
  let done = 0;
  for (const seed of seeds) {
    if (enough(faults)) break;
    const steps = generateCase(seed);
    const { ours, theirs } = await runBoth(sides, steps);
    calls += ours.length;
    done += 1;
    countTexts(otherTexts, ours, theirs);
    if (compare(ours, theirs) !== undefined) faults.push(await smallestFault(sides, seed, steps));
  }
  return { seeds: done, calls, otherTexts, faults };
}

async function smallestFault(sides: Sides, seed: number, steps: Case): Promise<Fault> {
  let disagreement: Disagreement | undefined;
  const disagrees = async (candidate: Case): Promise<boolean> => {
    const { ours, theirs } = await runBoth(sides, candidate);
    const found = compare(ours, theirs);
    disagreement = found ?? disagreement;
    return found !== undefined;
  };
  const smallest = await shrink(steps, disagrees, SHRINKING_RUNS);
  await disagrees(smallest);
  if (disagreement === undefined) throw new Error(`seed ${seed}: disagreed once and never again`);
  return { seed, smallest, disagreement };
}

let databases = 0;

/** Each run has databases of its own: nothing has to be cleared, and nothing is seen by another. */
async function runBoth(
  { ours, theirs }: Sides,
  steps: Case,
): Promise<{ readonly ours: readonly Observation[]; readonly theirs: readonly Observation[] }> {
  databases += 1;
  const database = `projects/demo-ours-${process.pid}-${databases}/databases/(default)`;
  const [one, other] = await Promise.all([
    runCase(ours, database, steps),
    runCase(theirs, database.replace("demo-ours", "demo-them"), steps),
  ]);
  return { ours: one, theirs: other };
}

function countTexts(
  counts: Map<string, number>,
  ours: readonly Observation[],
  theirs: readonly Observation[],
): void {
  ours.forEach((one, index) => {
    const other = theirs[index];
    if (other === undefined || other.code !== one.code || other.text === one.text) return;
    const pair = `${one.method} ${one.code}\n    ours:   ${one.text}\n    theirs: ${other.text}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  });
}

/** The fault as a person reads it: what to send, and what each said. */
export function describeFault({ seed, smallest, disagreement }: Fault): string {
  const { label, ours, theirs } = disagreement;
  return [
    `seed ${seed}, shrunken to ${smallest.length} steps; they disagree at "${label}":`,
    ...smallest.map((step) =>
      inspect(step, { depth: 20, breakLength: 160, maxArrayLength: 100, sorted: false }),
    ),
    `  ours:   ${answerOf(ours)}`,
    `  theirs: ${answerOf(theirs)}`,
  ].join("\n");
}

function answerOf(observation: Observation | undefined): string {
  if (observation === undefined) return "nothing";
  const { code, text, lines } = observation;
  return `${code} ${text}\n    ${lines.join("\n    ")}`;
}
