import { describe, expect, it } from "vitest";
import { UserError } from "../cli/errors.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { ConfigFile, RawOptions } from "./resolve-options.ts";

const USERS = "Accepted: a whole number from 1 to 10000000.";
const COHORT = "Accepted: auto, or a whole number from 1 to 10000 that divides --users.";
const TENANTS = "Accepted: a whole number from 1 to 10000000, not more than --users.";
const DURATION = "Accepted: 5s to 24h, such as 30s, 2m, 1h, or 30000 for milliseconds.";

function faultOf(commandLine: RawOptions, file?: ConfigFile): UserError {
  try {
    resolveOptions(commandLine, file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("no fault was found");
}

describe("resolveOptions", () => {
  it("lets the command line win over the file, and the file over the defaults", () => {
    const file = { path: "a.json", values: { users: 50, seed: 7, scenario: "baseline" } };
    const options = resolveOptions({ users: 5, duration: "2m" }, file);
    expect(options).toMatchObject({
      users: 5,
      seed: 7,
      scenarios: ["baseline"],
      durationMs: 120_000,
      limiter: "paced",
    });
  });

  it.each([
    { users: 1, tenants: 1 }, // 0.4 is rounded up
    { users: 1_000, tenants: 400 },
    { users: 10_001, tenants: 4_001 },
  ])("gives $users users $tenants tenants", ({ users, tenants }) => {
    expect(resolveOptions({ users }, undefined).tenants).toBe(tenants);
  });

  it.each([
    { given: { users: 0 }, says: `--users: 0 is too small. ${USERS}` },
    { given: { users: 10_000_001 }, says: `--users: 10000001 is too large. ${USERS}` },
    {
      given: { users: 100_001 },
      says: `--users: 100001 is too large: in real time at most 100,000; with --clock virtual more can be taken together (--cohort). ${USERS}`,
    },
    {
      given: { users: 1000, cohort: 4 },
      says: `--cohort: 4 is for --clock virtual: in real time every user is there. ${COHORT}`,
    },
    {
      given: { users: 1000, clock: "virtual", cohort: 7 },
      says: `--cohort: 7 does not divide 1000 users evenly; the nearest that do are 5 and 8. ${COHORT}`,
    },
    {
      given: { users: 1_000_000, clock: "virtual", cohort: 1 },
      says: `--cohort: 1 leaves 1000000 users to simulate, and 100,000 is the most; at least 10, or auto. ${COHORT}`,
    },
    {
      given: { clock: "virtual", cohort: "aut" },
      says: `--cohort: "aut" is not accepted (did you mean "auto"?). ${COHORT}`,
    },
    { given: { users: 1.5 }, says: `--users: 1.5 is not accepted. ${USERS}` },
    { given: { users: "abc" }, says: `--users: "abc" is not accepted. ${USERS}` },
    { given: { users: "" }, says: `--users: "" is empty. ${USERS}` },
    {
      given: { users: 5, tenants: 6 },
      says: `--tenants: 6 is more than the number of users. ${TENANTS}`,
    },
    { given: { duration: "4s" }, says: `--duration: "4s" is too short. ${DURATION}` },
    { given: { duration: "25h" }, says: `--duration: "25h" is too long. ${DURATION}` },
    { given: { duration: "long" }, says: `--duration: "long" is not a duration. ${DURATION}` },
    {
      given: { limiter: "pacd" },
      says:
        '--limiter: "pacd" is not accepted (did you mean "paced"?). ' +
        "Accepted: literal, literal-user, paced, ramp, adaptive.",
    },
    {
      given: { driver: "k8" },
      says: '--driver: "k8" is not accepted. Accepted: node, k6.',
    },
    {
      given: { driver: "k6", clock: "virtual" },
      says:
        '--driver: "k6" lives in real time: with --clock virtual the Node driver is the only ' +
        "one. Accepted: node, k6.",
    },
    {
      given: { k6Instances: 2 },
      says: "--k6-instances: 2 is for --driver k6. Accepted: a whole number from 1 to 16.",
    },
    {
      given: { driver: "k6", k6Instances: 17 },
      says: "--k6-instances: 17 is too large. Accepted: a whole number from 1 to 16.",
    },
    {
      given: { clock: "virtual", target: "emulator" },
      says:
        '--target: "emulator" lives in real time: with --clock virtual the embedded engine is ' +
        "the only one. Accepted: auto, emulator, embedded, staging.",
    },
    {
      given: { reports: "" },
      says: '--reports: "" is empty. Accepted: a folder that can be written, or made.',
    },
  ])("refuses $given", ({ given, says }) => {
    expect(faultOf(given)).toMatchObject({ code: "E_BAD_OPTIONS", exitCode: 2, message: says });
  });

  it("reports all faults at once, each by where it stands", () => {
    const file = { path: "a.json", values: { seed: -1, tenant: 5, quiet: 1 } };
    const { message } = faultOf({ users: "x" }, file);
    expect(message.split("\n")).toEqual([
      `--users: "x" is not accepted. ${USERS}`,
      "a.json: seed: -1 is too small. Accepted: a whole number from 0 to 4294967295.",
      "a.json: quiet: 1 is not accepted. Accepted: true or false.",
      'a.json: tenant: no such option. Did you mean "tenants"? Accepted: users, tenants, cohort, seed, ' +
        "scenario, duration, market, limiter, limiterConfig, target, project, projectFile, stagingProjects, maxCost, maxWrites, " +
        "maxWritesPerSecond, limits, latency, calibration, indexes, emulatorHeap, driver, k6Instances, clock, reports, quiet.",
    ]);
  });

  it("compares tenants with users even when another option is bad", () => {
    const { message } = faultOf({ users: 5, tenants: 6, seed: "x" });
    expect(message).toContain("--tenants: 6 is more than the number of users.");
    expect(message).toContain('--seed: "x" is not accepted.');
  });

  it("blames the file when only the file is at fault", () => {
    expect(faultOf({}, { path: "a.json", values: { users: 0 } })).toMatchObject({
      code: "E_CONFIG_FILE",
      message: `a.json: users: 0 is too small. ${USERS}`,
    });
  });

  it("takes no number in words: a config file's numbers are numbers", () => {
    const { message } = faultOf({}, { path: "a.json", values: { users: "1000" } });
    expect(message).toBe(`a.json: users: "1000" is not accepted. ${USERS}`);
  });

  it("cuts a long value short", () => {
    expect(faultOf({ users: "9".repeat(500) }).message.length).toBeLessThan(160);
  });
});
