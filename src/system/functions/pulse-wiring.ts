import { z } from "zod";
import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { createLimiter } from "../limiter/create-limiter.ts";
import type { WriteLimiter } from "../limiter/limiter.ts";
import type { Log } from "../log.ts";
import type { PulseEvents } from "../pulse/events.ts";
import { shardGroups, shareOfLimits, type ShardGroup } from "../pulse/fan-out.ts";
import type { QuoteSource } from "../pulse/quotes.ts";
import { createPulseWorker, runSweep, type PulseWorker } from "../pulse/sweep.ts";
import type { Store } from "../store/store.ts";
import { sweepDeadlineMs } from "./pulse-deadline.ts";
import type { ServiceConfig } from "./service-config.ts";
import { TenantPlans } from "./tenant-plans.ts";

/** One shard group's part of a sweep, as it travels through the task queue. */
const shardTaskSchema = z.strictObject({
  sweepId: z.string().min(1),
  shardKey: z.string().min(1),
  /** Wall time at which the sweep was due, milliseconds since 1970. */
  dueAtMs: z.number(),
});
export type ShardTask = z.infer<typeof shardTaskSchema>;

/** The port to the task queue of pulse_shard. Two tasks of one ID are delivered once. */
export interface ShardQueue {
  enqueue(task: ShardTask, taskId: string): Promise<void>;
}

export interface PulseServices {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly log: Log;
  readonly config: Pick<ServiceConfig, "pulse" | "limiter" | "limiterStrategy">;
  readonly quotes: QuoteSource;
  readonly queue: ShardQueue;
}

/** The pulse of one process: keeps a limiter and an account cache for each shard group it serves. */
export class Pulse {
  readonly #services: PulseServices;
  readonly #groups: ReadonlyMap<string, ShardGroup>;
  readonly #crews = new Map<string, Crew>();
  readonly #plans: TenantPlans;

  constructor(services: PulseServices) {
    this.#services = services;
    this.#plans = new TenantPlans(services.clock, services.log);
    const groups = shardGroups(services.config.pulse.workers);
    this.#groups = new Map(groups.map((group) => [group.shardKey, group]));
  }

  /**
   * What the schedule starts every minute. With one worker it sweeps; with more it hands each
   * shard group to the task queue, whose workers sweep side by side.
   */
  async start(dueAtMs: number): Promise<void> {
    const periodMs = this.#services.config.pulse.periodSeconds * 1000;
    const minuteMs = Math.floor(dueAtMs / 60_000) * 60_000;
    if (minuteMs % periodMs !== 0) return;
    const tasks = [...this.#groups.keys()].map((shardKey) => {
      return { sweepId: `sweep-${minuteMs}`, shardKey, dueAtMs: minuteMs };
    });
    if (tasks.length === 1) {
      await Promise.all(tasks.map((task) => this.#sweep(task)));
      return;
    }
    const enqueue = (task: ShardTask): Promise<void> =>
      this.#services.queue.enqueue(task, `${task.sweepId}-${task.shardKey}`);
    const outcomes = await Promise.allSettled(tasks.map(enqueue));
    const faults = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as unknown] : [],
    );
    if (faults.length > 0) {
      throw new AggregateError(
        faults,
        `${faults.length} of ${tasks.length} shard groups not queued`,
      );
    }
  }

  /** What a task of the queue starts. A task of another fan-out, left from before, is dropped. */
  async startShard(input: unknown): Promise<void> {
    const task = shardTaskSchema.parse(input);
    if (this.#groups.has(task.shardKey)) {
      await this.#sweep(task);
      return;
    }
    this.#services.log.warn({ ...task }, "Pulse: no such shard group any more. Task dropped.");
  }

  /** All users of a start that is a period late are overdue, and its successor has begun. */
  async #sweep(task: ShardTask): Promise<void> {
    const { clock, log, config } = this.#services;
    const lateMs = Math.max(0, clock.wallMs() - task.dueAtMs);
    if (lateMs > config.pulse.periodSeconds * 1000) {
      log.warn({ ...task, lateMs }, "Pulse: started more than a period late. Sweep dropped.");
      return;
    }
    await this.#sweepUntilDeadline(task, clock.monotonicMs() - lateMs);
  }

  async #sweepUntilDeadline({ sweepId, shardKey }: ShardTask, startMs: number): Promise<void> {
    const { clock, rng, store, log, quotes, config } = this.#services;
    const group = this.#groups.get(shardKey);
    assert(group, `there is no shard group ${shardKey}`);
    const { worker, limiter } = this.#crew(shardKey);
    const deadline = new AbortController();
    const lifeMs = sweepDeadlineMs(config.pulse);
    const ended = new AbortController();
    const timer = clock.sleep(lifeMs, ended.signal).then(
      () => deadline.abort(new Error(`the sweep took longer than ${lifeMs} ms`)),
      () => undefined,
    );
    // Beside the sweep, whose first users are due only after its lead-in.
    const plansRead = this.#plans.refresh(store);
    try {
      const summary = await runSweep(
        { clock, rng, store, limiter, quotes, log, events: NO_EVENTS, worker },
        {
          config: config.pulse,
          shards: group.shards,
          shardKey,
          sweepId,
          startMs,
          signal: deadline.signal,
        },
      );
      // What a cut sweep had reserved will never be sent, and would hold up the next one.
      if (summary.status === "cut") this.#crews.delete(shardKey);
    } finally {
      ended.abort();
      await Promise.all([timer, plansRead]);
    }
  }

  #crew(shardKey: string): Crew {
    const known = this.#crews.get(shardKey);
    if (known) return known;
    const { config, rng } = this.#services;
    const { workers } = config.pulse;
    const crew = {
      // The lease lets one process at a time serve a group, so the group names the worker.
      worker: createPulseWorker(`pulse-${shardKey}`, config.pulse),
      limiter: createLimiter(
        {
          strategy: config.limiterStrategy,
          config: shareOfLimits(config.limiter, workers),
          planOf: (tenantId) => this.#plans.planOf(tenantId),
        },
        rng.fork(`limiter/${shardKey}`),
      ),
    };
    this.#crews.set(shardKey, crew);
    return crew;
  }
}

interface Crew {
  readonly worker: PulseWorker;
  readonly limiter: WriteLimiter;
}

const ignore = (): void => undefined;

/** The deployed service tells of its sweeps through log, heartbeats and ops counters alone. */
const NO_EVENTS: PulseEvents = {
  scheduled: ignore,
  staleRead: ignore,
  planned: ignore,
  plannedOps: ignore,
  waited: ignore,
  refused: ignore,
  committed: ignore,
  failedAttempt: ignore,
  userFailed: ignore,
  sweepEnded: ignore,
  overlapped: ignore,
};
