import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import { randomId } from "./random-id.ts";

/** Google's default lifetime (https://docs.cloud.google.com/docs/authentication/token-types). */
const TOKEN_LIFETIME_MS = 3_600_000;
/** Clients fetch one an hour. Older ones are forgotten, and so unknown. */
const TOKENS_MAX = 10_000;
const TOKEN_CHARACTERS = 64;

export interface IssuedToken {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** OAuth access tokens: opaque, and worth nothing but here. */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #lifetimeMs: number;
  /** By token, the wall time in ms at which it expires; oldest first. */
  readonly #expiries = new Map<string, number>();

  constructor(clock: Clock, rng: Rng, lifetimeMs: number = TOKEN_LIFETIME_MS) {
    this.#clock = clock;
    this.#rng = rng;
    this.#lifetimeMs = lifetimeMs;
  }

  issue(): IssuedToken {
    const token = `ya29.${randomId(this.#rng, TOKEN_CHARACTERS)}`;
    this.#expiries.set(token, this.#clock.wallMs() + this.#lifetimeMs);
    const [oldest] = this.#expiries.keys();
    if (this.#expiries.size > TOKENS_MAX && oldest !== undefined) this.#expiries.delete(oldest);
    return { token, lifetimeMs: this.#lifetimeMs };
  }

  stateOf(token: string): "valid" | "expired" | "unknown" {
    const expiry = this.#expiries.get(token);
    if (expiry === undefined) return "unknown";
    return this.#clock.wallMs() < expiry ? "valid" : "expired";
  }

  /** Every token issued so far is expired from now on. */
  expireAll(): void {
    for (const token of this.#expiries.keys()) this.#expiries.set(token, 0);
  }
}
