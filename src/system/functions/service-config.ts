import { z } from "zod";
import {
  LIMITER_PRESETS,
  parseLimiterConfig,
  type LimiterConfig,
  type LimiterPreset,
} from "../limiter/config.ts";
import { LIMITER_STRATEGIES, type LimiterStrategy } from "../limiter/create-limiter.ts";
import { pulseConfigSchema, type PulseConfig } from "../pulse/config.ts";
import { shareFault } from "../pulse/fan-out.ts";
import { periodFault } from "./pulse-deadline.ts";

/** What the deployed service is told by its environment (functions/.env, secrets). */
export interface ServiceConfig {
  readonly logLevel: string;
  readonly pulse: PulseConfig;
  readonly limiterStrategy: LimiterStrategy;
  readonly limiter: LimiterConfig;
  readonly alpacaUrl: string;
}

/** Cloud Scheduler starts the pulse every minute; a longer period is a multiple of that. */
const SCHEDULE_SECONDS = 60;

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: `is not JSON: ${text}` });
    return z.NEVER;
  }
});

const variablesSchema = z.object({
  LOG_LEVEL: z.enum(["info", "warn", "error"]).default("info"),
  PULSE_CONFIG: jsonText
    .prefault("{}")
    .pipe(
      pulseConfigSchema
        .refine(
          ({ periodSeconds }) => periodSeconds % SCHEDULE_SECONDS === 0,
          `periodSeconds: the pulse starts every minute, so expected a multiple of ${SCHEDULE_SECONDS}`,
        )
        .superRefine((config, context) => addFault(context, [], periodFault(config))),
    ),
  LIMITER_STRATEGY: z.enum(LIMITER_STRATEGIES).default("paced"),
  /** The name of a preset of Appendix C, or a configuration as JSON. */
  LIMITER_CONFIG: z
    .string()
    .prefault("default" satisfies LimiterPreset)
    .transform(presetOrJson)
    .pipe(z.unknown().transform(toLimiterConfig)),
  ALPACA_DATA_URL: z.url().default("https://data.alpaca.markets"),
});

/** What only shows where the variables are seen together. */
const environmentSchema = variablesSchema.superRefine((variables, context) => {
  const { LIMITER_CONFIG, LIMITER_STRATEGY, PULSE_CONFIG } = variables;
  const fault = shareFault(LIMITER_CONFIG, LIMITER_STRATEGY, PULSE_CONFIG.workers);
  addFault(context, ["PULSE_CONFIG", "workers"], fault);
});

/** Reads the environment; throws one error that lists every fault. */
export function readServiceConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ServiceConfig {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`The service's environment is not valid:\n  ${faults.join("\n  ")}`);
  }
  const { data } = parsed;
  return {
    logLevel: data.LOG_LEVEL,
    pulse: data.PULSE_CONFIG,
    limiterStrategy: data.LIMITER_STRATEGY,
    limiter: data.LIMITER_CONFIG,
    alpacaUrl: data.ALPACA_DATA_URL,
  };
}

function addFault(context: z.RefinementCtx, path: string[], message: string | undefined): void {
  if (message !== undefined) context.addIssue({ code: "custom", path, message });
}

function presetOrJson(text: string, context: z.RefinementCtx): unknown {
  if (Object.hasOwn(LIMITER_PRESETS, text)) return LIMITER_PRESETS[text as LimiterPreset];
  try {
    return JSON.parse(text);
  } catch {
    const names = Object.keys(LIMITER_PRESETS).join(", ");
    context.addIssue({ code: "custom", message: `${text}: expected ${names} or JSON` });
    return z.NEVER;
  }
}

function toLimiterConfig(input: unknown, context: z.RefinementCtx): LimiterConfig {
  const result = parseLimiterConfig(input);
  if (result.kind === "valid") return result.config;
  for (const message of result.problems) context.addIssue({ code: "custom", message });
  return z.NEVER;
}
