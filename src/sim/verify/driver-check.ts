import type { GeneratorFacts } from "../measure/generator-facts.ts";
import type { Check } from "../report/result.ts";
import { formatCount, formatMs } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/**
 * Whether the program that sent the client traffic did all it was given. One that was killed, whose
 * script failed, or that told of fewer arrivals than there were, leaves figures of another load.
 */
export function driverCheck(run: RunFacts): readonly Check[] {
  const driven = run.phases.flatMap((phase): readonly Driven[] =>
    phase.generator === null ? [] : [{ phase, generator: phase.generator }],
  );
  const [first] = driven;
  if (first === undefined) return [];
  const total = (count: (one: GeneratorFacts) => number): number =>
    driven.reduce((sum, { generator }) => sum + count(generator), 0);
  const arrivals = total((one) => one.arrivals);
  const faults = total((one) => one.faults.length);
  const broken = driven.find(({ generator }) => generator.faults.length > 0);
  return [
    {
      id: "harness.driver",
      group: "harness",
      ...(broken === undefined ? {} : { phase: broken.phase.name }),
      title: `${first.generator.name} did all it was given`,
      section: null,
      target: "every arrival told of once, no process failed",
      figure:
        arrivals === 0
          ? "no samples"
          : `${formatCount(total((one) => one.answered))} of ${formatCount(arrivals)} told of`,
      value: faults,
      bound: 0,
      unit: "faults",
      samples: arrivals,
      basis: run.basis,
      verdict: arrivals > 0 && faults === 0 ? "pass" : "fail",
      detail: broken === undefined ? driven.map(cost).join(" ") : whatBroke(broken),
    },
  ];
}

interface Driven {
  readonly phase: PhaseFacts;
  readonly generator: GeneratorFacts;
}

function whatBroke({ phase, generator }: Driven): string {
  return `In ${phase.name}: ${generator.faults.slice(0, FAULTS_SHOWN).join("; ")}.`;
}

const FAULTS_SHOWN = 4;

/** What it cost this machine to send the load: what it took is not there for the target. */
function cost({ phase, generator: { processes, processor } }: Driven): string {
  const who = `${phase.name}: ${processes === 1 ? "1 process" : `${processes} processes`}`;
  if (processor === null || processor.overMs <= 0) return `${who}, processor time not known.`;
  const share = ((processor.usedMs / processor.overMs) * 100).toFixed(0);
  return `${who}, ${formatMs(processor.usedMs)} of processor time (${share}% of one processor); k6's clock counts whole milliseconds.`;
}
