import { describe, expect, it } from "vitest";
import { createRng } from "../../../std/rng.ts";
import { loadScenarios } from "../../config/scenario-files.ts";
import { createPopulation } from "../../population/create-population.ts";
import { activeMarket, makeWorkloadFile } from "../prepare/make-workload-file.ts";
import { resolvePrepareOptions } from "../prepare/prepare-options.ts";
import { resolveExportOptions } from "./export-options.ts";
import { exportedFile } from "./exported-file.ts";

function prepared(users: string) {
  const options = resolvePrepareOptions({ users, tenants: "4" }, "127.0.0.1:8080");
  const rng = createRng(1);
  const scenarios = loadScenarios();
  const population = createPopulation(options, rng.fork("population"));
  const market = activeMarket(scenarios, rng);
  const signUpUrl = "http://127.0.0.1:4711/sign-ups";
  return makeWorkloadFile({ options, population, scenarios, market, signUpUrl }, rng);
}

const PREPARED = prepared("100");

const exported = (workload: string, given: Readonly<Record<string, string>> = {}) =>
  exportedFile(
    PREPARED,
    resolveExportOptions({ workload, run: "a", collector: "http://c:7654/counts", ...given }),
  );

describe("exportedFile", () => {
  it("holds one load, without sign-ups, with virtual users for every pod", () => {
    const { file, workload, notes } = exported("load", {
      target: "http://gateway.load.svc:8080",
      segments: "50",
    });
    expect(Object.keys(file.workloads)).toEqual(["load"]);
    expect(PREPARED.workloads.load!.operations.map(({ name }) => name)).toContain("sign-up");
    expect(workload.operations.map(({ name }) => name)).not.toContain("sign-up");
    expect(Object.keys(workload.thresholds).join()).not.toContain("sign-up");
    for (const { vus } of workload.operations) expect(vus).toBeGreaterThanOrEqual(200);
    expect(file.plan).toMatchObject({
      signUpUrl: null,
      target: { baseUrl: "http://gateway.load.svc:8080", reach: "anywhere" },
      users: PREPARED.plan.users,
    });
    expect(notes).toEqual([expect.stringContaining("Sign-ups are left out")]);
  });

  it.each([
    ["the prepared target", {}, "http://127.0.0.1:8080"],
    ["this machine", { target: "http://127.0.0.2:99" }, "http://127.0.0.2:99"],
  ])("stays confined to this machine, and says so, with %s", (_what, given, baseUrl) => {
    const { file, notes } = exported("dashboards", given);
    expect(file.plan.target).toMatchObject({ baseUrl, reach: "loopback" });
    expect(notes).toEqual([expect.stringContaining("is the pod itself")]);
  });

  it("takes no name that only begins as this machine's do", () => {
    const { file } = exported("dashboards", { target: "http://127.0.0.1.example.com:80" });
    expect(file.plan.target.reach).toBe("anywhere");
  });

  it("refuses a load of sign-ups, and one that was not prepared", () => {
    expect(() => exported("onboarding-rush")).toThrow(/onboarding-rush signs people up/);
    const { soak: _soak, ...workloads } = PREPARED.workloads;
    const options = resolveExportOptions({
      workload: "soak",
      run: "a",
      collector: "http://c:1/counts",
    });
    expect(() => exportedFile({ ...PREPARED, workloads }, options)).toThrow(
      /has no load soak; it has smoke/,
    );
  });
});

describe("makeWorkloadFile", () => {
  it("is the same for the same seed, and draws active users more often", () => {
    expect(prepared("100")).toEqual(PREPARED);
    const counts = new Map<number, number>();
    for (const user of PREPARED.picks) counts.set(user, (counts.get(user) ?? 0) + 1);
    const most = Math.max(...counts.values());
    expect(most).toBeGreaterThan((3 * PREPARED.picks.length) / 100);
    expect(Object.keys(PREPARED.executions[0]!).toSorted()).toEqual([
      "notional",
      "price",
      "quantity",
      "side",
      "symbol",
    ]);
  });
});
