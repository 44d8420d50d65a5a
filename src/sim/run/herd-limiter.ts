import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import { ForwardingLimiter } from "../measure/forwarding-limiter.ts";

/** The same limiter for a herd: whatever it would stagger, all users are due at once. */
export class HerdLimiter extends ForwardingLimiter {
  protected readonly inner: WriteLimiter;

  constructor(limiter: WriteLimiter) {
    super();
    this.inner = limiter;
  }

  override get stagger(): "together" {
    return "together";
  }
}
