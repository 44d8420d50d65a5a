import type { z } from "zod";
import type { Rng } from "../../std/rng.ts";
import { LIMITER_PRESETS, type limiterConfigSchema } from "../../system/limiter/config.ts";
import { LIMITER_STRATEGIES } from "../../system/limiter/create-limiter.ts";
import { clientOperation, type scenarioSchema } from "../config/scenario.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { drawFault } from "./draw-fault.ts";

type DrawnScenario = z.input<typeof scenarioSchema>;
type DrawnConfig = z.input<typeof limiterConfigSchema>;

const REGIMES = ["calm", "active", "high-volatility", "flash-crash", "halt", "re-open"] as const;
const INDEX_FILES = ["created-at-group.json", "ledger-ts-indexed.json", "ledger-composite.json"];
const WORKERS_MAX = 5;

/**
 * A small service on a bad day: every option and every trait of a scenario, drawn at random. One
 * stream for each part, so that what is added to one shifts no other.
 */
export function drawTrial(seed: number, rng: Rng): TrialSpec {
  const size = rng.fork("size");
  const users = size.pick([1, 2, 3, 5, 8, 12, 20, 30]);
  const target = rng.fork("target");
  const limits = target.pick(["on", "on", "on", "observe", "off"] as const);
  const latency = limits === "off" ? "off" : target.pick(["us-central1", "nam5", "off"] as const);
  const phases = size.chance(0.15) ? 2 : 1;
  const indexes = rng.fork("indexes").chance(0.2) ? rng.fork("index-file").pick(INDEX_FILES) : null;
  return {
    options: {
      users,
      tenants: size.chance(0.3) ? size.integer(1, users) : Math.ceil(users * 0.4),
      seed,
      limiter: rng.fork("strategy").pick(LIMITER_STRATEGIES),
      limits,
      latency,
    },
    limiterConfig: drawConfig(rng.fork("limiter")),
    scenarios: Array.from({ length: phases }, (_, phase) =>
      drawScenario(rng.fork(`phase/${phase}`), `swarm-${phase + 1}`, indexes),
    ),
  };
}

/** A preset, or settings near their bounds: what workers share must be enough for each of them. */
function drawConfig(rng: Rng): DrawnConfig {
  const preset = rng.pick(["default", "conservative", "aggressive", "disabled"] as const);
  if (rng.chance(0.6)) return LIMITER_PRESETS[preset];
  const least = 2 * WORKERS_MAX;
  const limit = (): number => rng.pick([least, 30, 100, 1000]);
  return {
    batch_write_limit: limit(),
    doc_write_limit: rng.pick([1, 5, 50]),
    batch_cooldown_sec: rng.pick([0, 0.5, 5]),
    tuning: {
      guardMs: rng.pick([0, 50, 500]),
      ramp: { startPerSecond: limit(), periodSec: rng.pick([1, 300]) },
      adaptive: { minimumShare: rng.pick([0.02, 0.5]) },
      breaker: { minimumSamples: rng.pick([5, 20]), openSec: rng.pick([1, 10]) },
      tenants: {
        lentShare: rng.pick([0.1, 0.5, 0.9]),
        lendAheadMs: rng.pick([0, 100]),
        burstWrites: rng.pick([1, 100]),
        ...(rng.chance(0.3) ? { limits: { plans: { free: 5, pro: 50 } } } : {}),
        ...(rng.chance(0.3) ? { weights: { plans: { enterprise: 4 } } } : {}),
      },
    },
  };
}

function drawScenario(rng: Rng, name: string, indexes: string | null): DrawnScenario {
  const durationSeconds = rng.fork("duration").pick([5, 8, 12, 20, 35]);
  const traits = rng.fork("traits");
  const lanes = rng.fork("lanes");
  const hasPulse = lanes.chance(0.9);
  const hasClients = lanes.chance(0.7) || !hasPulse;
  const faults = rng.fork("faults");
  return {
    name,
    summary: "A bad day, drawn at random.",
    document: null,
    durationSeconds,
    pulse: hasPulse ? drawPulse(rng.fork("pulse")) : null,
    market: drawMarket(rng.fork("market"), durationSeconds),
    clients: hasClients ? drawClients(rng.fork("clients")) : null,
    directWrites: lanes.chance(0.25) ? drawDirect(rng.fork("direct")) : null,
    indexes,
    warmedTo: traits.pick([null, null, 500, 5000]),
    synchronised: traits.chance(0.2),
    largestTenantShare: traits.pick([null, null, 0.5, 1]),
    faults: Array.from({ length: faults.integer(0, 5) }, (_, index) =>
      drawFault(faults.fork(String(index)), durationSeconds),
    ),
  };
}

function drawPulse(rng: Rng): DrawnScenario["pulse"] {
  return {
    periodSeconds: rng.pick([1, 2.5, 5, 10, 30]),
    openTradesPerUser: rng.pick([0, 1, 3, 7.5, 12]),
    workers: rng.pick([1, 1, 2, WORKERS_MAX]),
    clockSkewMs: rng.pick([0, 0, 250, 5000]),
    coldStartMs: rng.pick([0, 0, 700]),
  };
}

function drawMarket(rng: Rng, seconds: number): DrawnScenario["market"] {
  return {
    symbols: rng.integer(1, 12),
    correlation: rng.next(),
    regimes: Array.from({ length: rng.integer(1, 3) }, () => ({
      regime: rng.pick(REGIMES),
      seconds: rng.pick([1, 4, seconds]),
    })),
  };
}

/** Every kind of operation with some luck; at times a rush of sign-ups. */
function drawClients(rng: Rng): DrawnScenario["clients"] {
  const kinds = clientOperation.options.filter(() => rng.chance(0.6));
  const isRush = rng.chance(0.2);
  const perUserPerMinute = Object.fromEntries(
    (kinds.length === 0 ? ["ledger-create"] : kinds).map((kind) => [kind, rng.pick([0.5, 3, 12])]),
  );
  return {
    perUserPerMinute: isRush ? { ...perUserPerMinute, "sign-up": 20 } : perUserPerMinute,
    arrivals: rng.pick(["constant", "poisson", "market"] as const),
    atMostPerSecond: rng.pick([null, 20]),
    ...(rng.chance(0.3)
      ? {
          stages: [
            { untilShare: 0.3, factor: 0 },
            { untilShare: 0.6, factor: 3 },
            { untilShare: 1, factor: 1 },
          ],
        }
      : {}),
  };
}

function drawDirect(rng: Rng): DrawnScenario["directWrites"] {
  const into = rng.pick([
    "largest-tenant-ledger",
    "users-signals",
    "new-collection",
    "one-counter",
  ] as const);
  return {
    writesPerSecond: rng.pick([2, 10, 40]),
    documentsPerCommit: into === "one-counter" ? 1 : rng.pick([1, 5]),
    into,
    ids: rng.pick(["random", "sequential"] as const),
  };
}
