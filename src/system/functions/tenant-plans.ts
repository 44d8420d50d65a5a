import type { Clock } from "../../std/clock.ts";
import type { Log } from "../log.ts";
import { parseDocument } from "../schema/document.ts";
import { tenantPath, tenantSchema, type Plan } from "../schema/tenant.ts";
import type { Snapshot, Store } from "../store/store.ts";

/** How long a plan is taken for granted. */
const KEEP_MS = 600_000;

/** Plans remembered, at most; the one read longest ago goes first. */
const PLANS_MAX = 100_000;

/** Tenants read by one refresh, at most. More wait for the next; a sweep's reads come first. */
const REFRESH_MAX = 5000;

/** Documents in one read. */
const BATCH_SIZE = 300;

/**
 * The tenants' plans, for the limiter's weights and limits by plan. The limiter asks in the middle
 * of a reservation and cannot wait for the database: it is answered from memory, and whom it asked
 * for in vain is read at the start of the next sweep.
 */
export class TenantPlans {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Oldest reading first. The plan is undefined where the tenant has no readable document. */
  readonly #known = new Map<string, KnownPlan>();
  /** Tenants asked for whose plan is unknown or was read too long ago. */
  readonly #wanted = new Set<string>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** The plan as last read; undefined when it never was. */
  planOf(tenantId: string): Plan | undefined {
    const known = this.#known.get(tenantId);
    const isFresh = known !== undefined && this.#clock.monotonicMs() < known.untilMs;
    if (!isFresh && this.#wanted.size < PLANS_MAX) this.#wanted.add(tenantId);
    return known?.plan;
  }

  /** Reads the plans that were asked for in vain. Never rejects: without them the defaults hold. */
  async refresh(store: Pick<Store, "get">): Promise<void> {
    const wanted = [...this.#wanted].slice(0, REFRESH_MAX);
    for (let first = 0; first < wanted.length; first += BATCH_SIZE) {
      const batch = wanted.slice(first, first + BATCH_SIZE);
      // Who cannot be read is asked for again, and then stands behind the others.
      for (const tenantId of batch) this.#wanted.delete(tenantId);
      try {
        const snapshots = await store.get(batch.map(tenantPath));
        for (const [index, tenantId] of batch.entries()) {
          this.#learn(tenantId, this.#planIn(snapshots[index]));
        }
      } catch (error) {
        this.#log.warn({ error: String(error) }, "Pulse: tenants' plans could not be read.");
        return;
      }
    }
  }

  #learn(tenantId: string, plan: Plan | undefined): void {
    this.#known.delete(tenantId);
    this.#known.set(tenantId, { plan, untilMs: this.#clock.monotonicMs() + KEEP_MS });
    const [oldest] = this.#known.keys();
    if (this.#known.size > PLANS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }

  #planIn(snapshot: Snapshot | undefined): Plan | undefined {
    if (snapshot === undefined) return undefined;
    try {
      return parseDocument(tenantSchema, snapshot).plan;
    } catch (error) {
      this.#log.warn({ error: String(error) }, "Pulse: a tenant's plan could not be read.");
      return undefined;
    }
  }
}

interface KnownPlan {
  readonly plan: Plan | undefined;
  readonly untilMs: number;
}
