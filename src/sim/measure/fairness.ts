import { Histogram } from "./histogram.ts";

export interface Fairness {
  /** Jain's index of the tenants' mean latencies: (Σx)² / (n Σx²); 1 when all are equal. */
  readonly jain: number | null;
  readonly worstTenant: string | null;
  readonly worstTenantP99Ms: number | null;
}

/** Tenants with fewer samples than this have no p99 worth comparing. */
const MINIMUM_SAMPLES = 5;

/** Keeps each tenant's latencies as a distribution, and says how evenly they fell. */
export class TenantLatencies {
  readonly #tenants = new Map<string, Histogram>();

  record(tenantId: string, latencyMs: number): void {
    const known = this.#tenants.get(tenantId);
    const histogram = known ?? new Histogram();
    if (known === undefined) this.#tenants.set(tenantId, histogram);
    histogram.record(latencyMs);
  }

  fairness(): Fairness {
    const means: number[] = [];
    let worst: { readonly tenant: string; readonly p99Ms: number } | undefined;
    for (const [tenant, histogram] of this.#tenants) {
      means.push(histogram.meanMs);
      if (histogram.count < MINIMUM_SAMPLES) continue;
      const p99Ms = histogram.quantileMs(0.99);
      if (worst === undefined || p99Ms > worst.p99Ms) worst = { tenant, p99Ms };
    }
    return {
      jain: jainIndex(means),
      worstTenant: worst?.tenant ?? null,
      worstTenantP99Ms: worst?.p99Ms ?? null,
    };
  }
}

/** R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness, DEC-TR-301, 1984. */
export function jainIndex(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const total = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return squares === 0 ? 1 : (total * total) / (values.length * squares);
}
