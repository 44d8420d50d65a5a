import type { z } from "zod";
import type { Rng } from "../../std/rng.ts";
import type { faultsSchema } from "../config/fault.ts";

type DrawnFault = NonNullable<z.input<typeof faultsSchema>>[number];

/** Beginnings of paths, and patterns of them. */
const PATHS = ["users/", "tenants/", "ops", "users/*/accounts", "*/*/s"];

/** Ends of ranges of keys. */
const KEYS = ["tenants/m", "users", "users/A", "users/Z", "users/m"];

/** One thing that goes wrong within so many seconds. */
export function drawFault(rng: Rng, seconds: number): DrawnFault {
  const fromSecond = rng.integer(0, Math.max(0, seconds - 3));
  const window = {
    fromSecond,
    untilSecond: rng.chance(0.3) ? null : fromSecond + rng.integer(1, 20),
  };
  const aim = {
    ...window,
    path: rng.chance(0.3) ? rng.pick(PATHS) : null,
    tenant: rng.chance(0.3) ? rng.integer(0, 3) : null,
    operations: rng.pick(["commits", "reads", "all"] as const),
    ...(rng.chance(0.15) ? { keysFrom: rng.pick(KEYS) } : {}),
    ...(rng.chance(0.15) ? { keysUntil: rng.pick(KEYS) } : {}),
  };
  const share = rng.pick([0.02, 0.1, 0.5, 1]);
  const addedMs = rng.integer(1, 12_000);
  switch (rng.pick(KINDS)) {
    case "refuse": {
      const code = rng.pick(["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"] as const);
      return { kind: "refuse", code, ...aim, share };
    }
    case "lose-answer": {
      const code = rng.pick(["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"] as const);
      return { kind: "lose-answer", code, ...aim, share };
    }
    case "slow":
      return { kind: "slow", addedMs, ...aim, share };
    case "brown-out":
      return { kind: "brown-out", unavailableShare: share, slowShare: share, addedMs, ...aim };
    case "quota-cut":
      return { kind: "quota-cut", share: rng.pick([0.01, 0.1, 0.5]), ...window };
    case "cold-database":
      return { kind: "cold-database", atSecond: fromSecond };
    case "instance-death": {
      const worker = rng.integer(0, 4);
      return { kind: "instance-death", atSecond: rng.integer(0, seconds), worker };
    }
  }
}

const KINDS = [
  "refuse",
  "lose-answer",
  "slow",
  "brown-out",
  "quota-cut",
  "cold-database",
  "instance-death",
] as const;
