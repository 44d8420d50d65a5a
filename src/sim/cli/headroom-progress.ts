import type { HeadroomPlan } from "../headroom/find-headroom.ts";
import type { LiftedCause, SeedResult } from "../headroom/headroom-result.ts";
import { count, msOrNone } from "../headroom/headroom-words.ts";
import { VARIED_FACTS } from "../headroom/situation.ts";
import type { TrialSummary } from "../headroom/trial-summary.ts";
import { plural } from "../verify/check.ts";
import type { RunOutput } from "./progress.ts";

/** Verdicts shown while the search goes on, the newest last. */
const RECENT_MAX = 3;

/** Shows which loads are being tried with which seeds, and what came of those before. */
export class HeadroomProgress {
  readonly #output: RunOutput;
  readonly #plan: HeadroomPlan;
  readonly #isQuiet: boolean;
  readonly #noun: string;
  readonly #running = new Set<string>();
  readonly #recent: string[] = [];
  #tried = 0;

  constructor(output: RunOutput, plan: HeadroomPlan, isQuiet: boolean) {
    this.#output = output;
    this.#plan = plan;
    this.#isQuiet = isQuiet;
    this.#noun = VARIED_FACTS[plan.situation.varied].noun;
  }

  stage(lifted: readonly LiftedCause[]): void {
    const last = lifted.at(-1);
    const { range, seeds } = this.#plan;
    this.#recent.length = 0;
    this.#output.phase(
      last === undefined
        ? `As it is: ${count(range.from)} to ${count(range.to)} ${this.#noun}, ${plural(seeds.length, "seed")}`
        : `With ${last.lifts} lifted: ${last.remedy}`,
    );
  }

  begun(load: number, seed: number): void {
    this.#running.add(this.#name(load, seed));
    this.#show();
  }

  trial({ load, seed, meets, failed, binding, figures }: TrialSummary): void {
    const name = this.#name(load, seed);
    this.#running.delete(name);
    this.#tried += 1;
    const more = failed.length > 1 ? ` and ${failed.length - 1} more` : "";
    const verdict = meets ? "meets every check" : `fails ${binding?.checkId ?? "a check"}${more}`;
    this.#recent.push(`  ${name}: ${verdict} (p99 ${msOrNone(figures.p99Ms)})`);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#show();
  }

  seed({ seed, meets, fails, doubts, cut, trials }: SeedResult): void {
    if (this.#isQuiet || trials.length === 0) return;
    const known = [
      ...(meets === null ? [] : [`${count(meets)} ${this.#noun} meet every check`]),
      ...(fails === null ? [] : [`${count(fails)} fail`]),
      ...(doubts.length === 0 ? [] : [`${doubts.map(count).join(", ")} pass again`]),
    ];
    const end = cut ? "ended early" : `${trials.length} trials`;
    this.#output.line(`  seed ${seed}: ${known.join(", ")} (${end})`);
  }

  #name(load: number, seed: number): string {
    return `seed ${seed}, ${count(load)} ${this.#noun}`;
  }

  #show(): void {
    this.#output.live(() => {
      const [now, ...later] = this.#running;
      const waiting = later.length === 0 ? "" : `, and ${later.length} more`;
      return [...this.#recent, `  ${this.#tried} tried; now ${now ?? "none"}${waiting}`];
    });
  }
}
