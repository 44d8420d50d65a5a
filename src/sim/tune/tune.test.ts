import { describe, expect, it } from "vitest";
import { limiterConfigSchema } from "../../system/limiter/config.ts";
import { findScenario } from "../config/scenario-files.ts";
import { fixtureResult } from "../report/result.fixture.ts";
import type { Check, Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { LIMITER_PRESETS } from "../../system/limiter/config.ts";
import { buildReport } from "./build-report.ts";
import { assess } from "./assessment.ts";
import { configInput, halfWayBack } from "./candidate.ts";
import { renderFrontPlot } from "./front-plot.ts";
import { limiterSpace } from "./limiter-space.ts";
import { renderTunePage } from "./render-page.ts";
import { renderTuneSummary } from "./render-summary.ts";
import { renderTuneText } from "./render-text.ts";
import type { RunTrials } from "./trial-ledger.ts";
import { tune, type TuneRequest } from "./tune.ts";

const BASE = fixtureResult();

/** A service that is freshest at 800 writes/s, breaks above 1,500, and lags below 400. */
interface World {
  /** Above this rate nothing gets fresher, or staler. */
  readonly plateauFrom?: number;
  /** A rate above which this seed breaks what others do not. */
  readonly fragileSeed?: { readonly seed: number; readonly above: number };
}

function rateOf({ options, limiterConfig }: TrialSpec): number {
  const preset = LIMITER_PRESETS[String(options["limiterConfig"]) as "default"];
  const config = limiterConfigSchema.parse(limiterConfig ?? preset ?? {});
  const isSmall = options["users"] === 250;
  if (!config.enable_rate_limiting) return 10_000;
  return config.batch_write_limit * (isSmall ? 4 : 1);
}

function resultOf(spec: TrialSpec, { fragileSeed, plateauFrom = Infinity }: World): Result {
  const rate = rateOf(spec);
  const seed = Number(spec.options["seed"]);
  const isLiteral = spec.options["limiter"] === "literal";
  const isFragile = fragileSeed?.seed === seed && rate > fragileSeed.above;
  const fails = isLiteral || rate > 1500 || rate < 400 || isFragile;
  const distance = rate > plateauFrom ? 0 : Math.abs(Math.log(rate / Math.min(800, plateauFrom)));
  const freshMs = 100 + distance * 400 + (isLiteral ? 20_000 : 0) + seed / 10;
  const [check] = BASE.checks;
  const verdict: Check["verdict"] = fails ? "fail" : "pass";
  const [histogram] = BASE.histograms.filter(({ metric }) => metric === "pnl-commit");
  return {
    ...BASE,
    run: { ...BASE.run, seed },
    checks: [{ ...check!, verdict }],
    histograms: [{ ...histogram!, p99: freshMs }],
    phases: BASE.phases.slice(0, 1),
  };
}

const scenario = findScenario("high-volatility");

const REQUEST: TuneRequest = {
  load: { users: 1000, tenants: 400, scenario, durationMs: 60_000 },
  options: { scenario: scenario.name },
  strategies: ["paced"],
  objective: "freshness",
  budget: 80,
  seed: 1,
  seedCount: 3,
};

/** Runs trials in this thread; the answers come in any order. */
function runner(world: World, order: "asked" | "reversed" = "asked"): RunTrials {
  return (specs, onResult) => {
    const indexes = [...specs.keys()];
    for (const index of order === "asked" ? indexes : indexes.reverse()) {
      onResult(resultOf(specs[index]!, world), index);
    }
    return Promise.resolve();
  };
}

function run(world: World = {}, change: Partial<TuneRequest> = {}, trials = runner(world)) {
  const { signal } = new AbortController();
  return tune({ ...REQUEST, ...change }, trials, { signal, onTrial: () => undefined });
}

const FACTS = { command: "npm run sim -- tune", commit: "abc" };

describe("tuning a limiter", () => {
  it("finds the rate at which the service is freshest, within the budget", async () => {
    const tuned = await run();
    expect(tuned.end.kind).toBe("complete");
    const rate = Number(configInput(tuned.recommended!).batch_write_limit);
    expect(rate).toBeGreaterThan(700);
    expect(rate).toBeLessThan(900);
    expect(tuned.ledger.spent).toBeLessThanOrEqual(REQUEST.budget);
    // What makes no difference is as by default.
    expect(Object.keys(tuned.recommended!.changes)).toEqual(["batch_write_limit"]);
  });

  it("leaves out what makes no difference, whatever was drawn", async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { recommended } = await run({}, { seed, budget: 65 });
      const paths = Object.keys(recommended?.changes ?? {});
      expect([seed, paths.filter((path) => path !== "batch_write_limit")]).toEqual([seed, []]);
    }
  });

  it("goes no further on a plateau than it must, and has tried to go back from there", async () => {
    const tuned = await run({ plateauFrom: 900 });
    const { recommended, ledger, seeds } = tuned;
    const { batch_write_limit: limit = 0 } = configInput(recommended!);
    expect(limit).toBeGreaterThan(840);
    expect(limit).toBeLessThan(1100);
    // Others are as good; it stands for them on the front.
    expect(buildReport(tuned, FACTS).front).toContain(ledger.entryOf(recommended!).id);
    const space = limiterSpace("paced", 367);
    for (const path of Object.keys(recommended!.changes)) {
      const less = halfWayBack(space, recommended!, path);
      const tried = ledger.outcomes(less, "full", seeds);
      expect(tried.length).toBe(seeds.length);
      expect(assess(tried).freshnessP99Ms).toBeGreaterThan(105);
    }
  });

  it("finds the same however the trials' answers come in", async () => {
    const asked = buildReport(await run(), FACTS);
    const reversed = buildReport(await run({}, {}, runner({}, "reversed")), FACTS);
    expect(JSON.stringify(reversed)).toBe(JSON.stringify(asked));
    const other = buildReport(await run({}, { seed: 2 }), FACTS);
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(asked));
  });

  it("rejects what breaks on a seed of the search, and lets fall what a fresh one breaks", async () => {
    const found = await run({ fragileSeed: { seed: 2, above: 600 } });
    expect(rateOf({ options: {}, limiterConfig: configInput(found.recommended!) })).toBeLessThan(
      601,
    );
    // Seed 5 is none of the search's.
    const fallen = await run({ fragileSeed: { seed: 5, above: 600 } });
    const report = buildReport(fallen, FACTS);
    expect(report.fallen.length).toBeGreaterThan(0);
    expect(report.fallen).not.toContain(report.recommended?.id);
    expect(report.recommended?.fresh?.broken).toEqual([]);
    expect(Number(report.recommended?.config.batch_write_limit)).toBeLessThan(601);
  });

  it("recommends nothing where nothing stands", async () => {
    const report = buildReport(await run({ fragileSeed: { seed: 5, above: 0 } }), FACTS);
    expect(report.recommended).toBeNull();
    expect(report.headline).toContain("passes every check");
  });

  it("says where the presets lie, and that the printed algorithm is rejected", async () => {
    const report = buildReport(await run(), FACTS);
    const standings = report.presets.map(({ name, strategy, standing }) => [
      `${name} ${strategy}`,
      standing.split(" ")[0],
    ]);
    expect(standings).toEqual([
      ["default paced", "dominated"],
      // At 300 it lags, at 700 it is nearly the best.
      ["conservative paced", "rejected:"],
      ["aggressive paced", expect.any(String)],
      ["disabled paced", "rejected:"],
      ["default literal", "rejected:"],
    ]);
    expect(report.front).toContain(report.recommended?.id);
    const rejected = report.configurations.filter(({ isAccepted }) => isAccepted === false);
    expect(rejected.some(({ id }) => report.front.includes(id))).toBe(false);
  });

  it("ends with what is known when it is interrupted, and when a trial fails", async () => {
    for (const [kind, abort] of [
      ["interrupted", true],
      ["faulty", false],
    ] as const) {
      const controller = new AbortController();
      const whole = runner({});
      let calls = 0;
      const cut: RunTrials = (specs, onResult) => {
        calls += 1;
        if (calls < 6) return whole(specs, onResult);
        if (abort) controller.abort();
        return Promise.reject(new Error("enough"));
      };
      const { signal } = controller;
      const tuned = await tune(REQUEST, cut, { signal, onTrial: () => undefined });
      expect(tuned.end).toMatchObject({ kind, reason: "enough" });
      const report = buildReport(tuned, FACTS);
      expect(report).toMatchObject({ status: "partial", partialReason: "enough" });
      expect(report.recommended?.fresh).toBeNull();
      expect(renderTuneText(report)).toContain("The search ended early (enough).");
    }
  });

  it("draws every strategy when all are asked for", async () => {
    const tuned = await run({}, { strategies: ["paced", "adaptive", "ramp", "literal"] });
    const tried = new Set(tuned.ledger.entries.map(({ candidate }) => candidate.strategy));
    expect([...tried].sort()).toEqual(["adaptive", "literal", "paced", "ramp"]);
  });
});

describe("the report of a search", () => {
  it("shows the recommendation, the front, the presets and the seeds in every form", async () => {
    const report = buildReport(await run(), FACTS);
    const forms = [renderTuneText(report), renderTuneSummary(report, null)];
    forms.push(renderTunePage(report, null).replaceAll("&quot;", '"'));
    for (const text of forms) {
      expect(text).toContain(
        `"batch_write_limit": ${report.recommended?.config.batch_write_limit}`,
      );
      expect(text).toContain("Pareto front");
      expect(text).toContain("conservative (paced)");
      expect(text).toContain("fresh");
    }
    const svg = renderFrontPlot(report);
    for (const mark of ["R", "D", "C", "A", "X", "L"]) expect(svg).toContain(`>${mark}</text>`);
    expect(svg).not.toContain("NaN");
  });

  it("takes no text for markup", async () => {
    const report = buildReport(await run(), { ...FACTS, command: "<script>alert(1)</script>" });
    expect(renderTunePage(report, null)).not.toContain("<script");
  });

  it("can be drawn before anything was tried", async () => {
    const controller = new AbortController();
    controller.abort();
    const tuned = await run({}, {}, () => Promise.reject(new Error("at once")));
    const svg = renderFrontPlot(buildReport(tuned, FACTS));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
