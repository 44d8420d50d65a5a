import type { Clock } from "../../std/clock.ts";
import type { AdmissionReport } from "../../firestore/admission/report.ts";
import { UserError } from "../cli/errors.ts";
import type { CommitCounter } from "../measure/commit-counter.ts";
import type { PhaseLimits } from "../report/result.ts";
import type { Target } from "../targets/target.ts";
import { phaseLimits } from "./phase-limits.ts";

/** What a report tells of the model's own figures. */
export type AssumedFigures = AdmissionReport["assumed"];

/**
 * Tells the gateway when a phase begins and ends, and asks what the limits did in it. Between
 * phases nothing is delayed or refused: the harness loads data faster than any new database may be.
 * Without a gateway it does nothing.
 */
export class LimitsSession {
  readonly #clock: Clock;
  readonly #target: Pick<Target, "control" | "limits" | "stage">;
  readonly #counter: CommitCounter;
  #warmedTo: number | null = null;
  #resetMs = 0;
  #assumed: AssumedFigures = [];

  constructor(
    clock: Clock,
    target: Pick<Target, "control" | "limits" | "stage">,
    counter: CommitCounter,
  ) {
    this.#clock = clock;
    this.#target = target;
    this.#counter = counter;
  }

  get assumed(): AssumedFigures {
    return this.#assumed;
  }

  /** Call it before anything is written. True when seeding is let past limits that phases will meet. */
  async beginSeeding(): Promise<boolean> {
    const { control, limits } = this.#target;
    if (control === null) return false;
    await control.setMode("observe");
    return limits === "on";
  }

  /** From here on the limits hold, and count. `warmedTo`: see the scenario's field of that name. */
  async beginPhase(warmedTo: number | null): Promise<void> {
    const { control, limits } = this.#target;
    this.#target.stage?.("load");
    this.#counter.reset();
    this.#resetMs = this.#clock.monotonicMs();
    if (control === null) return;
    if (warmedTo !== null) {
      await control.warm(warmedTo);
      this.#warmedTo = warmedTo;
    }
    await control.resetCounters();
    await control.setMode(limits);
    this.#resetMs = this.#clock.monotonicMs();
  }

  /** False where there are no limits to change. */
  async cool(): Promise<boolean> {
    await this.#target.control?.cool();
    return this.#target.control !== null;
  }

  async setQuota(share: number): Promise<boolean> {
    await this.#target.control?.setQuota(share);
    return this.#target.control !== null;
  }

  /**
   * What the limits did since `beginPhase`; `startMs` is when the phase's own time began. undefined
   * when the limits are off, or the target died: then that is what the run ends with.
   */
  async endPhase(startMs: number): Promise<PhaseLimits | undefined> {
    const { control } = this.#target;
    this.#target.stage?.("seeding");
    if (control === null) return undefined;
    const commitsSent = this.#counter.sent;
    try {
      const report = await control.limits();
      await control.setMode("observe");
      this.#assumed = report.assumed;
      return phaseLimits(report, {
        warmedTo: this.#warmedTo,
        commitsSent,
        leadMs: startMs - this.#resetMs,
      });
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}
