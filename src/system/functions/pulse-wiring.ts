import { z } from "zod";
import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { createLimiter } from "../limiter/create-limiter.ts";
import type { WriteLimiter } from "../limiter/limiter.ts";
import type { Log } from "../log.ts";
import type { PulseEvents, SweepSummary } from "../pulse/events.ts";
import { shardGroups, shareOfLimits, type ShardGroup } from "../pulse/fan-out.ts";
import type { QuoteSource } from "../pulse/quotes.ts";
import { createPulseWorker, runSweep, type PulseWorker } from "../pulse/sweep.ts";
import type { Store } from "../store/store.ts";
import type { ServiceConfig } from "./service-config.ts";

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

/**
 * A sweep that has not ended after this many periods is cut short. It has long missed its figures,
 * and the next one revalues the same users.
 */
const PERIODS_MAX = 2;

/** The pulse of one process: keeps a limiter and an account cache for each shard group it serves. */
export class Pulse {
  readonly #services: PulseServices;
  readonly #groups: ReadonlyMap<string, ShardGroup>;
  readonly #crews = new Map<string, Crew>();

  constructor(services: PulseServices) {
    this.#services = services;
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

  async #sweep({ sweepId, shardKey, dueAtMs }: ShardTask): Promise<SweepSummary> {
    const { clock, rng, store, log, quotes, config } = this.#services;
    const group = this.#groups.get(shardKey);
    assert(group, `there is no shard group ${shardKey}`);
    const { worker, limiter } = this.#crew(shardKey);
    const deadline = new AbortController();
    const lateMs = Math.max(0, clock.wallMs() - dueAtMs);
    const lifeMs = config.pulse.periodSeconds * 1000 * PERIODS_MAX;
    const ended = new AbortController();
    const timer = clock.sleep(lifeMs, ended.signal).then(
      () => deadline.abort(new Error(`the sweep took longer than ${lifeMs} ms`)),
      () => undefined,
    );
    try {
      return await runSweep(
        { clock, rng, store, limiter, quotes, log, events: NO_EVENTS, worker },
        {
          config: config.pulse,
          shards: group.shards,
          shardKey,
          sweepId,
          startMs: clock.monotonicMs() - lateMs,
          signal: deadline.signal,
        },
      );
    } finally {
      ended.abort();
      await timer;
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
        { strategy: config.limiterStrategy, config: shareOfLimits(config.limiter, workers) },
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
