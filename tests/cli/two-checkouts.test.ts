import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  makeSecondCheckout,
  runIn,
  THIS_CHECKOUT,
  type RunMade,
  type Surroundings,
} from "../setup/second-checkout.ts";

/**
 * Done-criterion 2 of issue 5: same commit, options and seed give the same bytes in another checkout,
 * on another clock's zone, in another language, with other settings of Node; another seed does not.
 */
const RUN = ["--clock", "virtual", "--users", "20", "--duration", "40s"];
const SCENARIOS = ["--scenario", "high-volatility", "--scenario", "rough-day"];

const folder = mkdtempSync(join(tmpdir(), "plimsoll two checkouts "));
const second = join(folder, "a folder of another name");
beforeAll(() => makeSecondCheckout(second));
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;

function run(checkout: string, seed: number, more: Partial<Surroundings> = {}): RunMade {
  runs += 1;
  const reports = join(folder, `reports ${runs}`);
  const parameters = [...RUN, ...SCENARIOS, "--seed", String(seed)];
  const made = runIn(checkout, parameters, { reports, ...more });
  expect(made.hashes.size, made.output).toBe(7);
  return made;
}

it("two checkouts give the same bytes for a seed, and others for another seed", () => {
  const one = run(THIS_CHECKOUT, 7);
  const other = run(second, 7, {
    environment: { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", COLUMNS: "61" },
    nodeFlags: ["--no-opt", "--max-old-space-size=1024", "--v8-pool-size=1"],
  });
  expect([...other.hashes]).toEqual([...one.hashes]);
  const another = run(second, 8);
  for (const file of ["result.json", "series.csv", "latency.csv", "report.html"]) {
    expect(another.hashes.get(file)).not.toBe(one.hashes.get(file));
  }
}, 120_000);
