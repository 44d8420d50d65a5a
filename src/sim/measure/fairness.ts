import { Histogram, roundMs } from "./histogram.ts";

export interface Fairness {
  /** Jain's index of the tenants' mean latencies: (Σx)² / (n Σx²); 1 when all are equal. */
  readonly jain: number | null;
  readonly worstTenant: string | null;
  readonly worstTenantP99Ms: number | null;
}

/** Tenants with fewer samples than this have no p99 worth comparing. */
const MINIMUM_SAMPLES = 5;

/** A tenant's latencies. A histogram of its own would take 90 KiB, and there are thousands. */
interface TenantTally {
  samples: number;
  sumMs: number;
  /** Samples by microseconds, as far as a histogram tells them apart. */
  readonly counts: Map<number, number>;
}

/** Keeps each tenant's latencies as a distribution, and says how evenly they fell. */
export class TenantLatencies {
  readonly #tenants = new Map<string, TenantTally>();

  record(tenantId: string, latencyMs: number): void {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) {
      tenant = { samples: 0, sumMs: 0, counts: new Map() };
      this.#tenants.set(tenantId, tenant);
    }
    tenant.samples += 1;
    tenant.sumMs += Math.max(0, latencyMs);
    const step = Histogram.stepOf(latencyMs);
    tenant.counts.set(step, (tenant.counts.get(step) ?? 0) + 1);
  }

  fairness(): Fairness {
    const means: number[] = [];
    const histogram = new Histogram();
    let worst: { readonly tenant: string; readonly p99Ms: number } | undefined;
    for (const [tenant, { samples, sumMs, counts }] of this.#tenants) {
      means.push(roundMs(sumMs / samples));
      if (samples < MINIMUM_SAMPLES) continue;
      histogram.clear();
      for (const [step, count] of counts) histogram.recordStep(step, count);
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
