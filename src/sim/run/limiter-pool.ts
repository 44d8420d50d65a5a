import type { LimiterState, WriteLimiter } from "../../system/limiter/limiter.ts";
import type { ShardGroup } from "../../system/pulse/fan-out.ts";
import { RenewableLimiter } from "./renewable-limiter.ts";

/** The limiters of a phase's workers, each with its share; to those who look on they are one. */
export class LimiterPool {
  readonly #limiters: readonly RenewableLimiter[];

  constructor(groups: readonly ShardGroup[], create: (shardKey: string) => WriteLimiter) {
    this.#limiters = groups.map(({ shardKey }) => new RenewableLimiter(() => create(shardKey)));
  }

  /** In the order of the groups. */
  get limiters(): readonly RenewableLimiter[] {
    return this.#limiters;
  }

  get stagger(): WriteLimiter["stagger"] {
    return this.#limiters[0]?.stagger ?? "spread";
  }

  /** Rates and counters added up; the longest backlog, and the worst circuit. */
  state(nowMs: number): LimiterState {
    const states = this.#limiters.map((limiter) => limiter.state(nowMs));
    const sum = (of: (state: LimiterState) => number): number =>
      states.reduce((total, state) => total + of(state), 0);
    return {
      strategy: states[0]?.strategy ?? "none",
      ratePerSecond: sum(({ ratePerSecond }) => ratePerSecond),
      backlogMs: Math.max(0, ...states.map(({ backlogMs }) => backlogMs)),
      circuit: worstOf(states.map(({ circuit }) => circuit)),
      counters: {
        reserved: sum(({ counters }) => counters.reserved),
        delayed: sum(({ counters }) => counters.delayed),
        refused: sum(({ counters }) => counters.refused),
        waitMs: sum(({ counters }) => counters.waitMs),
      },
    };
  }
}

function worstOf(circuits: readonly LimiterState["circuit"][]): LimiterState["circuit"] {
  if (circuits.includes("open")) return "open";
  return circuits.includes("half-open") ? "half-open" : "closed";
}
