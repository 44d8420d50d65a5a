export interface Fairness {
  /** Jain's index of the tenants' mean latencies: (Σx)² / (n Σx²); 1 when all are equal. */
  readonly jain: number | null;
  readonly worstTenant: string | null;
  readonly worstTenantP99Ms: number | null;
}

/** Tenants with fewer samples than this have no p99 worth comparing. */
const MINIMUM_SAMPLES = 5;

/** Keeps each tenant's latencies, and says how evenly they fell. */
export class TenantLatencies {
  readonly #tenants = new Map<string, number[]>();

  record(tenantId: string, latencyMs: number): void {
    const samples = this.#tenants.get(tenantId);
    if (samples === undefined) this.#tenants.set(tenantId, [latencyMs]);
    else samples.push(latencyMs);
  }

  fairness(): Fairness {
    const means: number[] = [];
    let worst: { readonly tenant: string; readonly p99Ms: number } | undefined;
    for (const [tenant, samples] of this.#tenants) {
      means.push(samples.reduce((total, value) => total + value, 0) / samples.length);
      if (samples.length < MINIMUM_SAMPLES) continue;
      const p99Ms = quantile99(samples);
      if (worst === undefined || p99Ms > worst.p99Ms) worst = { tenant, p99Ms };
    }
    return {
      jain: jainIndex(means),
      worstTenant: worst?.tenant ?? null,
      worstTenantP99Ms: worst?.p99Ms ?? null,
    };
  }
}

/** Nearest rank. */
function quantile99(samples: readonly number[]): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

/** R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness, DEC-TR-301, 1984. */
export function jainIndex(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const total = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return squares === 0 ? 1 : (total * total) / (values.length * squares);
}
