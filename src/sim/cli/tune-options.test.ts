import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { UserError } from "./errors.ts";
import { declareTuneOptions, readTuneOptions, type TuneOptions } from "./tune-options.ts";

function read(...words: readonly string[]): TuneOptions {
  const command = new Command("tune").exitOverride();
  declareTuneOptions(command);
  command.parse(words, { from: "user" });
  return readTuneOptions(command.opts());
}

function faultOf(...words: readonly string[]): UserError {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`${words.join(" ")} was accepted`);
}

describe("the options of tune", () => {
  it("have defaults, and mean what they do for a run", () => {
    expect(read()).toMatchObject({
      limiter: "paced",
      strategies: ["paced"],
      objective: "freshness",
      seeds: 5,
      workers: null,
      validate: null,
      output: "reports",
      run: { users: 1000, tenants: 400, seed: 1, scenarios: ["high-volatility"], clock: "virtual" },
    });
    const given = read("--limiter", "all", "--users", "50", "--duration", "90s", "--workers", "3");
    expect(given.strategies).toEqual(["paced", "adaptive", "ramp", "literal"]);
    expect(given).toMatchObject({ workers: 3, run: { users: 50, durationMs: 90_000 } });
  });

  it.each([
    [["--validate"], "embedded"],
    [["--validate", "emulator"], "emulator"],
    [["--validate", "--users", "9"], "embedded"],
  ] as const)("%j validates on the %s target", (words, target) => {
    expect(read(...words).validate).toBe(target);
  });

  it.each([
    [["--limiter", "pased"], '--limiter: "pased" is not accepted (did you mean "paced"?)'],
    [["--limiter", "literal-user"], "--limiter:"],
    [["--objective", "speed"], "--objective:"],
    [["--budget", "0"], "--budget: 0 is not accepted"],
    [["--budget", "1e3"], '--budget: "1e3" is not accepted'],
    [["--budget", "20"], "--budget: 20 is too small for 5 seeds"],
    [["--seeds", "51", "--workers", "0"], "--seeds: 51 is not accepted"],
    [["--seeds", "51", "--workers", "0"], "--workers: 0 is not accepted"],
    [["--users", "0"], "--users: 0 is too small"],
    [["--seed", "4294967290"], "--seed: 4294967290 leaves no room for 10 seeds"],
    [["--validate", "mars"], "--validate:"],
    [["--output", ""], "--output:"],
  ])("%j are refused: %s", (words, text) => {
    const fault = faultOf(...words);
    expect(fault.message).toContain(text);
    expect(fault).toMatchObject({ code: "E_BAD_OPTIONS", exitCode: 2 });
  });

  it("says of what comes later that it is not there yet", () => {
    expect(faultOf("--validate", "k6")).toMatchObject({ code: "E_NOT_IN_THIS_VERSION" });
    expect(faultOf("--validate", "staging").message).toContain("not in this version");
  });
});
