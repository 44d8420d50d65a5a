import type { Rng } from "../../std/rng.ts";
import type { LimiterConfig } from "./config.ts";
import type { Demand, LimiterState, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { NumberHeap } from "./number-heap.ts";
import { Tally } from "./tally.ts";

export interface LiteralOptions {
  /** The document does not say what a call stands for; both readings can be had. */
  readonly unit: "write" | "user";
  /**
   * `concurrent`: every caller is a coroutine of its own (asyncio.gather). `serial`: one loop
   * awaits each call before the next, so that the jitters add up.
   */
  readonly callers: "concurrent" | "serial";
}

/** More sleeping coroutines than this and a call is turned away; bounds the memory to 32 MB. */
const SLEEPERS_MAX = 4_000_000;

/**
 * `_apply_rate_limiting` of the document's section 3, line by line and with its races:
 *
 *     if now - last >= cooldown:  count = 0; last = now
 *     if count >= limit:          sleep(cooldown - (now - last)); count = 0; last = time()
 *     if user_count > limit / 2:  sleep(uniform(0, user_count / limit * 0.1))
 *     count += 1
 *
 * The state is shared and a coroutine may be interrupted at either sleep. So a caller counts only
 * after its jitter (a thousand callers of one moment all see count = 0 and all pass), and every
 * caller that waits wakes at the same moment and resets the count anew. Both are modelled by
 * keeping the wake and the increments still to come, and applying those that are due before the
 * next call is looked at. `doc_write_limit` is never read, as in the printed code.
 */
export class LiteralLimiter implements WriteLimiter {
  readonly stagger = "together";
  readonly unit: "write" | "user";
  /** The printed code counts calls and never looks at how much one of them writes. */
  readonly costMax = Number.POSITIVE_INFINITY;
  readonly #callers: "concurrent" | "serial";
  readonly #limit: number;
  readonly #cooldownMs: number;
  readonly #rng: Rng;
  readonly #tally = new Tally();
  /** When sleeping callers will do `count += 1`. */
  readonly #increments = new NumberHeap();
  /** When waiting callers wake; all share one moment, as it follows from `last` alone. */
  #wakeMs = Number.POSITIVE_INFINITY;
  /** What `count` is after they woke: the last to wake resets it, and counts at once if unjittered. */
  #countAfterWake = 0;
  #count = 0;
  /** `_last_batch_time` is 0.0 at first, decades ago on the clock the printed code reads. */
  #lastMs = Number.NEGATIVE_INFINITY;
  /** When the one loop of `serial` callers is free again. */
  #loopFreeMs = Number.NEGATIVE_INFINITY;

  constructor(config: LimiterConfig, options: LiteralOptions, rng: Rng) {
    this.unit = options.unit;
    this.#callers = options.callers;
    this.#limit = config.batch_write_limit;
    this.#cooldownMs = config.batch_cooldown_sec * 1000;
    this.#rng = rng;
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    const calledMs = this.#callers === "serial" ? Math.max(nowMs, this.#loopFreeMs) : nowMs;
    this.#applyDue(calledMs);
    if (this.#increments.size >= SLEEPERS_MAX) return this.#turnAway(nowMs);
    if (calledMs - this.#lastMs >= this.#cooldownMs) {
      this.#count = 0;
      this.#lastMs = calledMs;
    }
    const waits = this.#count >= this.#limit;
    const wokenMs = waits ? this.#lastMs + this.#cooldownMs : calledMs;
    const jitterMs = this.#jitterMs(demand.userCount);
    if (waits) {
      this.#wakeMs = wokenMs;
      this.#countAfterWake = jitterMs === 0 ? 1 : 0;
    } else if (jitterMs === 0) {
      this.#count += 1;
    }
    const sendAtMs = wokenMs + jitterMs;
    if (jitterMs > 0) this.#increments.push(sendAtMs);
    this.#loopFreeMs = sendAtMs;
    if (waits) return this.#tally.grant(nowMs, sendAtMs, "batch-limit", this.#limit);
    return this.#tally.grant(nowMs, sendAtMs, "jitter");
  }

  /** The printed code sends whenever it wakes. */
  depart(_cost: number, nowMs: number): number {
    return nowMs;
  }

  report(_outcome: Outcome, _nowMs: number): void {
    // The printed code looks at no result.
  }

  state(nowMs: number): LimiterState {
    return {
      strategy: this.unit === "write" ? "literal" : "literal-user",
      ratePerSecond: (this.#limit / this.#cooldownMs) * 1000,
      backlogMs: this.#tally.backlogMs(nowMs),
      circuit: "closed",
      counters: this.#tally.counters(),
    };
  }

  /** Lets every sleeper that is due by now run on, in the order in which they wake. */
  #applyDue(nowMs: number): void {
    for (;;) {
      const incrementMs = this.#increments.peek();
      if (Math.min(incrementMs, this.#wakeMs) > nowMs) return;
      if (this.#wakeMs <= incrementMs) {
        this.#count = this.#countAfterWake;
        this.#lastMs = this.#wakeMs;
        this.#wakeMs = Number.POSITIVE_INFINITY;
      } else {
        this.#count += 1;
        this.#increments.pop();
      }
    }
  }

  #jitterMs(userCount: number): number {
    if (userCount <= this.#limit / 2) return 0;
    return this.#rng.next() * (userCount / this.#limit) * 100;
  }

  #turnAway(nowMs: number): Reservation {
    return this.#tally.refuse({
      kind: "refused",
      reason: "open-circuit",
      message: `${SLEEPERS_MAX} callers already sleep in the limiter; try again in a second`,
      retryAtMs: nowMs + 1000,
    });
  }
}
