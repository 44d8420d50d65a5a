/**
 * What `--limits` accepts. `on`: the gateway delays and refuses as production would; `observe`: it
 * lets everything through and counts what it would have done; `off`: nobody asks.
 */
export const LIMITS_CHOICES = ["on", "observe", "off"] as const;
export type LimitsChoice = (typeof LIMITS_CHOICES)[number];

/** What `--latency` accepts: the place whose latencies the gateway adds. They are assumed figures. */
export const LATENCY_CHOICES = ["off", "us-central1", "nam5"] as const;
export type LatencyChoice = (typeof LATENCY_CHOICES)[number];
