import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import { ForwardingLimiter } from "../measure/forwarding-limiter.ts";

/** The limiter of whichever instance of the pulse is alive: each begins with a new one. */
export class RenewableLimiter extends ForwardingLimiter {
  readonly #create: () => WriteLimiter;
  protected inner: WriteLimiter;

  constructor(create: () => WriteLimiter) {
    super();
    this.#create = create;
    this.inner = create();
  }

  renew(): void {
    this.inner = this.#create();
  }
}
