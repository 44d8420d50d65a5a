import type { Demand, Reservation, WriteLimiter } from "../../system/limiter/limiter.ts";
import { ForwardingLimiter } from "./forwarding-limiter.ts";
import type { LimiterWatch } from "./limiter-watch.ts";

/** A limiter that tells a watch, which may change between instances, of each of its answers. */
export class WatchedLimiter extends ForwardingLimiter {
  protected readonly inner: WriteLimiter;
  watch: LimiterWatch;

  constructor(limiter: WriteLimiter, watch: LimiterWatch) {
    super();
    this.inner = limiter;
    this.watch = watch;
  }

  override reserve(demand: Demand, nowMs: number): Reservation {
    const answer = this.inner.reserve(demand, nowMs);
    this.watch.reserved(demand, answer, nowMs, this.inner.state(nowMs).ratePerSecond);
    return answer;
  }
}
