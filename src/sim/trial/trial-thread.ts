import { Worker } from "node:worker_threads";
import type { Result } from "../report/result.ts";
import { TrialError, errorOf, type TrialFault } from "./trial-fault.ts";
import type { TrialSpec } from "./trial-spec.ts";

/** What a thread says of the trial it was given. */
export type TrialAnswer =
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "fault"; readonly fault: TrialFault };

const WORKER_FILE = new URL("./trial-worker.ts", import.meta.url);

/** As `npm run sim` has it, which is three semi-spaces of 64 MB: young objects die before they are copied. */
const YOUNG_GENERATION_MB = 3 * 64;

interface Given {
  readonly spec: TrialSpec;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, one trial at a time. A thread that has died is not used again. */
export class TrialThread {
  // Node reads TypeScript by itself in less time than a loader takes to start.
  readonly #worker = new Worker(WORKER_FILE, {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  #given: Given | undefined;
  #isAlive = true;

  constructor() {
    this.#worker.on("message", (answer: TrialAnswer) => this.#answered(answer));
    this.#worker.on("error", (error) => this.#died(error));
    this.#worker.on("exit", (code) => this.#died(new Error(`its thread ended with code ${code}`)));
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Rejects with a TrialError, or with the UserError of a spec that cannot be run. */
  run(spec: TrialSpec): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#given = { spec, resolve, reject };
      try {
        this.#worker.postMessage(spec, []);
      } catch (error) {
        this.#given = undefined;
        reject(new TypeError("the spec of a trial must be plain data", { cause: error }));
      }
    });
  }

  /** Ends it in the middle of whatever it does; a trial that it has is not answered any more. */
  async end(): Promise<void> {
    this.#given = undefined;
    this.#isAlive = false;
    await this.#worker.terminate();
  }

  #answered(answer: TrialAnswer): void {
    const given = this.#given;
    this.#given = undefined;
    if (given === undefined) return;
    if (answer.kind === "result") given.resolve(answer.result);
    else given.reject(errorOf(given.spec, answer.fault));
  }

  #died(cause: unknown): void {
    this.#isAlive = false;
    const given = this.#given;
    this.#given = undefined;
    const message = cause instanceof Error ? cause.message : String(cause);
    given?.reject(new TrialError(given.spec, `the trial's thread died: ${message}`, { cause }));
  }
}
