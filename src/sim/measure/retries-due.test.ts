import { describe, expect, it } from "vitest";
import { RetriesDue } from "./retries-due.ts";

describe("repeats that fall due", () => {
  it.each<readonly [string, (retries: RetriesDue) => void, number]>([
    ["committed in the end", (retries) => retries.settled("u1"), 0],
    ["turned away by the limiter", (retries) => retries.refused("u1", "no"), 1],
    ["still to come when the phase ends", (retries) => retries.close(31_000), 0],
    ["never heard of again", (retries) => retries.close(90_000), 1],
    [
      "in the hands of an instance that died",
      (retries) => {
        retries.forget();
        retries.close(90_000);
      },
      0,
    ],
  ])("%s", (_, then, skipped) => {
    const retries = new RetriesDue();
    retries.due("u1", 1000);
    then(retries);
    expect(retries.count).toBe(1);
    expect(retries.skipped).toBe(skipped);
    expect(retries.firstReason === null).toBe(skipped === 0);
  });

  it("are none of a first try's business", () => {
    const retries = new RetriesDue();
    retries.refused("u1", "no");
    retries.settled("u2");
    expect(retries.skipped).toBe(0);
  });
});
