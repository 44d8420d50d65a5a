import type { TenantTuning } from "./tuning.ts";

/**
 * Which plan a tenant is on, for weights and limits by plan; undefined when not known. Asked again
 * from time to time while the tenant has demand, so a plan may change or become known.
 */
export type PlanOf = (tenantId: string) => string | undefined;

/**
 * Who is within their fair share of the line. Each tenant with demand earns writes at
 * rate × weight / (weights of all tenants with demand), up to a burst, and pays for all it sends;
 * who has writes left is within the share.
 *
 * The earning is that of generalised processor sharing: one virtual clock runs at
 * rate / (sum of weights), and a tenant earns weight × the virtual time that passed. So a tenant
 * that comes or goes changes everyone's earnings exactly, at O(1).
 */
export class TenantShares {
  readonly #tuning: TenantTuning;
  readonly #planOf: PlanOf;
  readonly #tenants = new Map<string, Tenant>();
  #activeWeight = 0;
  /** Writes earned by a tenant of weight 1 since the start. */
  #virtualWrites = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  #nextSweepMs = Number.NEGATIVE_INFINITY;

  constructor(tuning: TenantTuning, planOf: PlanOf) {
    this.#tuning = tuning;
    this.#planOf = planOf;
  }

  /** Number of tenants with demand in the recent past. */
  get size(): number {
    return this.#tenants.size;
  }

  advance(nowMs: number, ratePerSecond: number): void {
    const passedMs = nowMs - this.#nowMs;
    if (passedMs > 0 && this.#activeWeight > 0) {
      this.#virtualWrites += (passedMs * ratePerSecond) / 1000 / this.#activeWeight;
    }
    this.#nowMs = nowMs;
    if (nowMs >= this.#nextSweepMs) this.#sweep();
  }

  /** How the tenant stands now, before it asks for more. Counts it among those with demand. */
  standing(tenantId: string): TenantStanding {
    const tenant = this.#tenants.get(tenantId) ?? this.#join(tenantId);
    this.#settle(tenant);
    tenant.seenMs = this.#nowMs;
    return tenant;
  }

  /** The tenant has been granted `cost` writes. A debt never grows beyond one burst. */
  charge(standing: TenantStanding, cost: number): void {
    const tenant = standing as Tenant;
    tenant.writesLeft = Math.max(-this.#tuning.burstWrites, tenant.writesLeft - cost);
    if (tenant.limitPerSecond !== undefined) {
      const startMs = Math.max(this.#nowMs, tenant.limitFreeMs);
      tenant.limitFreeMs = startMs + (cost * 1000) / tenant.limitPerSecond;
    }
  }

  #join(tenantId: string): Tenant {
    const tenant: Tenant = {
      ...this.#figuresOf(tenantId),
      limitFreeMs: Number.NEGATIVE_INFINITY,
      writesLeft: this.#tuning.burstWrites,
      virtualWrites: this.#virtualWrites,
      seenMs: this.#nowMs,
    };
    this.#tenants.set(tenantId, tenant);
    this.#activeWeight += tenant.weight;
    return tenant;
  }

  #figuresOf(tenantId: string): TenantFigures {
    const plan = this.#planOf(tenantId);
    const { weights, limits } = this.#tuning;
    return {
      weight: figureFor(weights, tenantId, plan) ?? 1,
      limitPerSecond: figureFor(limits, tenantId, plan),
    };
  }

  /** Credits what the tenant has earned at its weight until now. */
  #settle(tenant: Tenant): void {
    const earned = (this.#virtualWrites - tenant.virtualWrites) * tenant.weight;
    tenant.writesLeft = Math.min(this.#tuning.burstWrites, tenant.writesLeft + earned);
    tenant.virtualWrites = this.#virtualWrites;
  }

  /**
   * Forgets tenants without demand for `activeMs`, and looks up the plans of the others anew; each
   * pays for the visit by one that saw it.
   */
  #sweep(): void {
    const { activeMs } = this.#tuning;
    this.#nextSweepMs = this.#nowMs + activeMs;
    let activeWeight = 0;
    for (const [tenantId, tenant] of this.#tenants) {
      const idle = tenant.seenMs + activeMs < this.#nowMs && tenant.limitFreeMs <= this.#nowMs;
      if (idle) {
        this.#tenants.delete(tenantId);
        continue;
      }
      this.#settle(tenant);
      Object.assign(tenant, this.#figuresOf(tenantId));
      activeWeight += tenant.weight;
    }
    this.#activeWeight = activeWeight;
  }
}

export interface TenantStanding {
  /** Above 0: within the share. */
  readonly writesLeft: number;
  /** When the tenant's own limit lets it send again. */
  readonly limitFreeMs: number;
}

interface TenantFigures {
  readonly weight: number;
  readonly limitPerSecond: number | undefined;
}

interface Tenant extends TenantStanding {
  weight: number;
  limitPerSecond: number | undefined;
  limitFreeMs: number;
  writesLeft: number;
  virtualWrites: number;
  seenMs: number;
}

/** A tenant's own entry wins over its plan's. */
export function figureFor(
  figures: TenantTuning["weights"],
  tenantId: string,
  plan: string | undefined,
): number | undefined {
  return figures.tenants[tenantId] ?? (plan === undefined ? undefined : figures.plans[plan]);
}
