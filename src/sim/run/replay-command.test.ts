import { expect, test } from "vitest";
import { runOptionsSchema } from "../config/run-options.ts";
import { replayCommand } from "./replay-command.ts";

test("spells every option out, so that it repeats the run whatever the defaults become", () => {
  const options = runOptionsSchema.parse({
    users: 50,
    scenario: ["active", "flash-crash"],
    duration: "90s",
    market: "it's mine.csv",
    limiter: "literal",
    indexes: "my.json",
    emulatorHeap: 512,
  });
  expect(replayCommand(options)).toBe(
    "npm run sim -- --users 50 --tenants 20 --seed 1 --scenario active --scenario flash-crash " +
      String.raw`--duration 90s --market 'it'\''s mine.csv' --limiter literal --limiter-config default --target auto --limits on --latency off --indexes my.json --emulator-heap 512`,
  );
});

test("names k6 and its processes where they send the load", () => {
  const options = runOptionsSchema.parse({ driver: "k6", k6Instances: 2 });
  expect(replayCommand(options)).toMatch(/ --driver k6 --k6-instances 2$/);
});

test("repeats a run on a project with its caps, and without what no project has", () => {
  const options = runOptionsSchema.parse({
    users: 50,
    target: "staging",
    project: "my-staging",
    projectFile: "my staging.json",
    maxCost: 0.5,
  });
  expect(options.limits).toBe("off");
  expect(replayCommand(options)).toBe(
    "npm run sim -- --users 50 --tenants 20 --seed 1 --limiter paced --limiter-config default --target staging " +
      "--project my-staging --project-file 'my staging.json' --max-cost 0.5 --max-writes-per-second 1000 --config CONFIG-FILE",
  );
});
