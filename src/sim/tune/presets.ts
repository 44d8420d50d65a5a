import { LIMITER_PRESETS, type LimiterPreset } from "../../system/limiter/config.ts";
import type { LimiterStrategy } from "../../system/limiter/create-limiter.ts";
import type { Candidate } from "./candidate.ts";
import type { TunedStrategy } from "./limiter-space.ts";

/** The document's presets, under the first strategy that is tuned, and its printed algorithm. */
export function presetsOf(strategies: readonly TunedStrategy[]): readonly Candidate[] {
  const [strategy = "paced"] = strategies;
  const names = Object.keys(LIMITER_PRESETS) as LimiterPreset[];
  const presets = names.map((name) => preset(name, strategy));
  return strategy === "literal" ? presets : [...presets, preset("default", "literal")];
}

function preset(name: LimiterPreset, strategy: LimiterStrategy): Candidate {
  return { strategy, changes: {}, preset: { name, config: LIMITER_PRESETS[name] } };
}
