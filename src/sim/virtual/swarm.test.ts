import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng, type Rng } from "../../std/rng.ts";
import { LIMITER_STRATEGIES } from "../../system/limiter/create-limiter.ts";
import { createRunOutput } from "../cli/progress.ts";
import { recordStream } from "../cli/text-stream.fixture.ts";
import { loadInputs } from "../cli/load-inputs.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import { scenarioSchema, type Scenario } from "../config/scenario.ts";
import { resultSchema, type Result } from "../report/result.ts";
import { simulateVirtually } from "./simulate-virtually.ts";

/*
 * Small services on bad days, drawn at random. Whatever is slow, refused, lost or killed: no fault of
 * the program, and in the database nothing lost, doubled, or across tenants.
 */

const folder = mkdtempSync(join(tmpdir(), "plimsoll-swarm-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SECONDS = 45;

function drawFault(rng: Rng): object {
  const fromSecond = rng.integer(0, SECONDS - 10);
  const aim = {
    fromSecond,
    untilSecond: rng.chance(0.3) ? null : fromSecond + rng.integer(1, 20),
    path: rng.chance(0.3) ? rng.pick(["users/", "tenants/", "ops", "shadowTradeHistory"]) : null,
    tenant: rng.chance(0.3) ? rng.integer(0, 3) : null,
    operations: rng.pick(["commits", "reads", "all"]),
    share: rng.pick([0.02, 0.1, 0.5, 1]),
  };
  switch (rng.integer(0, 3)) {
    case 0: {
      const codes = ["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"];
      return { kind: "refuse", code: rng.pick(codes), ...aim };
    }
    case 1: {
      const codes = ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"];
      return { kind: "lose-answer", code: rng.pick(codes), ...aim };
    }
    case 2:
      return { kind: "slow", addedMs: rng.integer(1, 12_000), ...aim };
    default:
      return {
        kind: "instance-death",
        atSecond: rng.integer(0, SECONDS),
        worker: rng.integer(0, 4),
      };
  }
}

function drawScenario(rng: Rng): Scenario {
  const clientLoad = { "open-trades": 1, "ledger-create": 3, "sign-up": 1, "account-snapshot": 1 };
  return scenarioSchema.parse({
    name: "swarm",
    summary: "A bad day, drawn at random.",
    document: null,
    durationSeconds: SECONDS,
    pulse: {
      periodSeconds: rng.pick([5, 10, 30]),
      openTradesPerUser: rng.integer(1, 12),
      workers: rng.pick([1, 1, 2, 5]),
      clockSkewMs: rng.pick([0, 0, 250, 5000]),
      coldStartMs: rng.pick([0, 0, 700]),
    },
    market: {
      symbols: rng.integer(1, 20),
      correlation: rng.next(),
      regimes: [{ regime: rng.pick(["calm", "flash-crash", "high-volatility"]), seconds: SECONDS }],
    },
    clients: { perUserPerMinute: clientLoad, arrivals: "poisson" },
    synchronised: rng.chance(0.2),
    faults: Array.from({ length: rng.integer(0, 5) }, () => drawFault(rng)),
  });
}

async function run(seed: number): Promise<Result> {
  const rng = createRng(seed).fork("swarm");
  const reports = join(folder, String(seed));
  const options = resolveOptions(
    {
      clock: "virtual",
      users: rng.integer(2, 25),
      seed,
      limiter: rng.pick(LIMITER_STRATEGIES),
      limiterConfig: rng.pick(["default", "conservative", "aggressive", "disabled"]),
      latency: rng.pick(["us-central1", "nam5", "off"]),
      reports,
    },
    undefined,
  );
  const inputs = { ...(await loadInputs(options)), scenarios: [drawScenario(rng)] };
  const output = createRunOutput(recordStream(), new AutoClock(), true);
  const { signal } = new AbortController();
  await simulateVirtually({ options, ...inputs, output, signal }, new AutoClock());
  const file = join(reports, "latest", "result.json");
  return resultSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

const FIRST_SEED = Number(process.env["PLIMSOLL_SWARM_FIRST"] ?? 1);
const SEEDS = Number(process.env["PLIMSOLL_SWARM_COUNT"] ?? 6);

describe("a swarm of bad days", () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index))(
    "breaks nothing in the database (seed %i)",
    async (seed) => {
      const { checks, run: ran } = await run(seed);
      expect(ran.status).toBe("complete");
      const broken = checks
        .filter(({ group, verdict }) => group === "data" && verdict === "fail")
        .map(({ id, figure, detail }) => `${id}: ${figure}: ${detail}`);
      expect(broken).toEqual([]);
    },
  );
});
