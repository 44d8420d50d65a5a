import { describe, expect, it } from "vitest";
import { findScenario } from "../config/scenario-files.ts";
import { chooseCohort, cohortToOffer, type CohortQuestion } from "./choose-cohort.ts";
import { divisors } from "./cohort-sizes.ts";

const HOUR_MS = 3_600_000;

const asked: CohortQuestion = {
  cohort: "auto",
  users: 1_000_000,
  durationMs: HOUR_MS,
  scenarios: [findScenario("pulse-minute")],
};

describe("auto", () => {
  it.each([
    { why: "few users and little time", more: { users: 1000, durationMs: 60_000 }, is: 1 },
    { why: "an hour of 10,000 users", more: { users: 10_000 }, is: 1 },
    { why: "a minute of 100,000, one by one", more: { users: 100_000, durationMs: 60_000 }, is: 1 },
    { why: "a minute of a million, by their number", more: { durationMs: 60_000 }, is: 10 },
    { why: "an hour of a million, by its writes", more: {}, is: 100 },
    { why: "a day of ten thousand", more: { users: 10_000, durationMs: 24 * HOUR_MS }, is: 25 },
  ])("takes $is together for $why", ({ more, is }) => {
    expect(chooseCohort({ ...asked, ...more })).toBe(is);
  });

  it("says so when no size that would do divides the users", () => {
    expect(() => chooseCohort({ ...asked, users: 1_000_003 })).toThrow(
      "--cohort: auto needs a size from 101 to 10000, and none divides 1000003 users evenly.",
    );
  });
});

describe("what is offered to who simulates one by one", () => {
  const active = { users: 1000, scenarios: [findScenario("active")] };

  it.each([
    { why: "a minute", question: { ...active, durationMs: 60_000 }, is: undefined },
    { why: "a day", question: { ...active, durationMs: 24 * HOUR_MS }, is: 8 },
    {
      why: "a month, with users enough left",
      question: { ...active, durationMs: 720 * HOUR_MS },
      is: 10,
    },
    {
      why: "users that no size divides",
      question: { ...active, users: 1009, durationMs: 24 * HOUR_MS },
      is: undefined,
    },
    {
      why: "a day of direct writes",
      question: {
        users: 1000,
        scenarios: [findScenario("active"), findScenario("cold-collection")],
        durationMs: 24 * HOUR_MS,
      },
      is: undefined,
    },
  ])("is $is for $why", ({ question, is }) => {
    expect(cohortToOffer(question)).toBe(is);
  });
});

describe("direct writes, which no users make", () => {
  const scenarios = [findScenario("cold-collection")];

  it("cannot be taken together", () => {
    expect(() => chooseCohort({ ...asked, scenarios, cohort: 2 })).toThrow(/cold-collection/);
    expect(() => chooseCohort({ ...asked, scenarios })).toThrow(/cold-collection/);
  });

  it("are no matter where every user is simulated", () => {
    expect(chooseCohort({ ...asked, scenarios, cohort: 1 })).toBe(1);
    expect(chooseCohort({ ...asked, users: 1000, scenarios })).toBe(1);
  });
});

it("knows what divides a number, smallest first", () => {
  expect(divisors(36)).toEqual([1, 2, 3, 4, 6, 9, 12, 18, 36]);
  expect(divisors(7)).toEqual([1, 7]);
});
