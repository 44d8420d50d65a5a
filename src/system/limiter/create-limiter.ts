import type { Rng } from "../../std/rng.ts";
import { AdaptiveLimiter } from "./adaptive.ts";
import { LIMITER_PRESETS, type LimiterConfig, limiterConfigSchema } from "./config.ts";
import { DisabledLimiter } from "./disabled.ts";
import type { WriteLimiter } from "./limiter.ts";
import { LiteralLimiter } from "./literal.ts";
import { PacedLimiter } from "./paced.ts";
import { RampLimiter } from "./ramp.ts";
import type { PlanOf } from "./tenant-shares.ts";

export const LIMITER_STRATEGIES = ["literal", "literal-user", "paced", "ramp", "adaptive"] as const;
export type LimiterStrategy = (typeof LIMITER_STRATEGIES)[number];

export interface LimiterOptions {
  /** `paced` when absent: the one that meets the benchmark table at 1,000 users. */
  readonly strategy?: LimiterStrategy;
  /** The document's default configuration when absent. */
  readonly config?: LimiterConfig;
  /** Plans of tenants, for weights and limits by plan. */
  readonly planOf?: PlanOf;
  /** How the literal strategies are called; `concurrent` when absent. */
  readonly callers?: "concurrent" | "serial";
}

/** Makes the write limiter of a configuration. The stream is drawn from for jitter alone. */
export function createLimiter(options: LimiterOptions, rng: Rng): WriteLimiter {
  const config = options.config ?? limiterConfigSchema.parse(LIMITER_PRESETS.default);
  const planOf = options.planOf ?? (() => undefined);
  const callers = options.callers ?? "concurrent";
  if (!config.enable_rate_limiting) return new DisabledLimiter();
  const strategy = options.strategy ?? "paced";
  switch (strategy) {
    case "literal":
      return new LiteralLimiter(config, { unit: "write", callers }, rng);
    case "literal-user":
      return new LiteralLimiter(config, { unit: "user", callers }, rng);
    case "paced":
      return new PacedLimiter(config, planOf);
    case "ramp":
      return new RampLimiter(config, planOf);
    case "adaptive":
      return new AdaptiveLimiter(config, planOf);
  }
}
