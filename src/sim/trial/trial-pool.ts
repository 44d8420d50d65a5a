import { availableParallelism } from "node:os";
import { assert } from "../../std/assert.ts";
import type { Result } from "../report/result.ts";
import type { TrialSpec } from "./trial-spec.ts";
import { TrialThread } from "./trial-thread.ts";

export interface TrialPoolOptions {
  /** Threads; one for each core when absent. */
  readonly workers?: number;
}

export interface RunAllOptions {
  readonly signal?: AbortSignal;
  /** Hears of each result as it comes, which is not the order of the specs. */
  readonly onResult?: (result: Result, index: number) => void;
}

interface Job {
  readonly spec: TrialSpec;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
  /** The thread it runs in. */
  thread?: TrialThread;
}

/**
 * Runs trials in threads, in the order in which they were asked for. What a trial comes to does not
 * depend on the thread, nor on what ran in it before. Whoever makes a pool closes it.
 */
export class TrialPool {
  readonly #workersMax: number;
  readonly #threads = new Set<TrialThread>();
  readonly #idle: TrialThread[] = [];
  readonly #waiting: Job[] = [];
  readonly #jobs = new Set<Job>();
  #isClosed = false;

  constructor({ workers = availableParallelism() }: TrialPoolOptions = {}) {
    assert(Number.isInteger(workers) && workers >= 1, `${workers} workers: expected 1 or more`);
    this.#workersMax = workers;
  }

  /** Threads that run at once, at most. */
  get workers(): number {
    return this.#workersMax;
  }

  /**
   * Rejects with the signal's reason when it aborts first: then the trial's thread is ended, and
   * the next trial gets a new one. Rejects with a TrialError when the trial fails, and with a
   * UserError when its spec asks for what cannot be run.
   */
  run(spec: TrialSpec, signal?: AbortSignal): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new Error("the pool of trials is closed"));
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#giveUp(job, signal?.reason);
      const settle = (settled: () => void): void => {
        signal?.removeEventListener("abort", onAbort);
        this.#jobs.delete(job);
        settled();
      };
      const job: Job = {
        spec,
        resolve: (result) => settle(() => resolve(result)),
        reject: (reason) => settle(() => reject(reason)),
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#jobs.add(job);
      this.#waiting.push(job);
      this.#startWaiting();
    });
  }

  /** The results in the order of the specs. The first failure ends the other trials. */
  async runAll(specs: readonly TrialSpec[], options: RunAllOptions = {}): Promise<Result[]> {
    const { signal, onResult } = options;
    const failed = new AbortController();
    const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const runOne = async (spec: TrialSpec, index: number): Promise<Result> => {
      const result = await this.run(spec, ended);
      onResult?.(result, index);
      return result;
    };
    try {
      return await Promise.all(specs.map(runOne));
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  }

  /** Ends all threads. Trials that wait or run reject. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#jobs) job.reject(new Error("the pool of trials was closed"));
    this.#waiting.length = 0;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
    this.#threads.clear();
    this.#idle.length = 0;
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      const job = this.#waiting.shift();
      if (job !== undefined) void this.#runJob(job, thread);
    }
  }

  #freeThread(): TrialThread | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isAlive) return idle;
      this.#threads.delete(idle);
    }
    if (this.#threads.size >= this.#workersMax) return undefined;
    const thread = new TrialThread();
    this.#threads.add(thread);
    return thread;
  }

  async #runJob(job: Job, thread: TrialThread): Promise<void> {
    job.thread = thread;
    try {
      job.resolve(await thread.run(job.spec));
    } catch (error) {
      job.reject(error);
    }
    // Closed, or given up in the meantime: then it has been ended already.
    if (thread.isAlive) this.#idle.push(thread);
    else this.#threads.delete(thread);
    this.#startWaiting();
  }

  #giveUp(job: Job, reason: unknown): void {
    const index = this.#waiting.indexOf(job);
    if (index !== -1) this.#waiting.splice(index, 1);
    job.reject(reason);
    const { thread } = job;
    if (thread === undefined) return;
    this.#threads.delete(thread);
    void thread.end();
    this.#startWaiting();
  }
}
