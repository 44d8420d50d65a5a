import { z } from "zod";
import { limiterTuningSchema, realNumber, wholeNumber } from "./tuning.ts";

/**
 * The limiter's configuration under the names of the service's document (section 3, Appendix C),
 * with the same defaults. `tuning` holds what the document does not know.
 */
export const limiterConfigSchema = z.strictObject({
  enable_rate_limiting: z
    .boolean({
      error: (issue) => `${JSON.stringify(issue.input)} is not allowed, expected true or false`,
    })
    .default(true),
  /** Writes a second over all documents. The ceiling is BulkWriter's own, 10,000. */
  batch_write_limit: wholeNumber(1, 10_000).default(500),
  /** Writes a second to one document. */
  doc_write_limit: wholeNumber(1, 10_000).default(50),
  /** Seconds; what happens in them is each strategy's affair. */
  batch_cooldown_sec: realNumber(0, 3600).default(5),
  tuning: limiterTuningSchema.prefault({}),
});

export type LimiterConfig = z.infer<typeof limiterConfigSchema>;

/** Appendix C, word for word. */
export const LIMITER_PRESETS = {
  default: {
    enable_rate_limiting: true,
    batch_write_limit: 500,
    doc_write_limit: 50,
    batch_cooldown_sec: 5,
  },
  conservative: {
    enable_rate_limiting: true,
    batch_write_limit: 300,
    doc_write_limit: 30,
    batch_cooldown_sec: 10,
  },
  aggressive: {
    enable_rate_limiting: true,
    batch_write_limit: 700,
    doc_write_limit: 70,
    batch_cooldown_sec: 2,
  },
  disabled: { enable_rate_limiting: false },
} as const satisfies Readonly<Record<string, z.input<typeof limiterConfigSchema>>>;

export type LimiterPreset = keyof typeof LIMITER_PRESETS;

export type LimiterConfigResult =
  | { readonly kind: "valid"; readonly config: LimiterConfig }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Checks a configuration and names every fault in it at once: field, value got, what is allowed. */
export function parseLimiterConfig(input: unknown): LimiterConfigResult {
  const parsed = limiterConfigSchema.safeParse(input);
  if (parsed.success) return { kind: "valid", config: parsed.data };
  return { kind: "invalid", problems: parsed.error.issues.flatMap(describe) };
}

function describe(issue: z.core.$ZodIssue): readonly string[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const prefix = path === "" ? "" : `${path}.`;
    return issue.keys.map((key) => `${prefix}${key}: unknown field`);
  }
  return [`${path === "" ? "limiter config" : path}: ${issue.message}`];
}
