import type { z } from "zod";
import type { Rng } from "../../std/rng.ts";
import type { faultsSchema } from "../config/fault.ts";

type DrawnFault = NonNullable<z.input<typeof faultsSchema>>[number];

/** Beginnings of paths: whole families of documents, and all of them. */
const PATHS = ["users/", "tenants/", "ops"];

/** One thing that goes wrong within so many seconds. */
export function drawFault(rng: Rng, seconds: number): DrawnFault {
  const fromSecond = rng.integer(0, Math.max(0, seconds - 3));
  const aim = {
    fromSecond,
    untilSecond: rng.chance(0.3) ? null : fromSecond + rng.integer(1, 20),
    path: rng.chance(0.3) ? rng.pick(PATHS) : null,
    tenant: rng.chance(0.3) ? rng.integer(0, 3) : null,
    operations: rng.pick(["commits", "reads", "all"] as const),
    share: rng.pick([0.02, 0.1, 0.5, 1]),
  };
  switch (rng.integer(0, 3)) {
    case 0: {
      const code = rng.pick(["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"] as const);
      return { kind: "refuse", code, ...aim };
    }
    case 1: {
      const code = rng.pick(["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"] as const);
      return { kind: "lose-answer", code, ...aim };
    }
    case 2:
      return { kind: "slow", addedMs: rng.integer(1, 12_000), ...aim };
    default:
      return {
        kind: "instance-death",
        atSecond: rng.integer(0, seconds),
        worker: rng.integer(0, 4),
      };
  }
}
