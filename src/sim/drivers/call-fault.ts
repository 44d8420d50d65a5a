import type { Fault } from "../config/fault.ts";

type Aimed = Extract<Fault, { kind: "refuse" | "lose-answer" | "slow" }>;

/** A fault of single calls, and under which kind it is counted. */
export type CallFault = Aimed & { readonly countedAs: CallFaultKind };

export type CallFaultKind = Aimed["kind"] | "brown-out";

/** The faults of a script that hit calls; what has a name of its own for several is taken apart. */
export function callFaultsOf(faults: readonly Fault[]): readonly CallFault[] {
  return faults.flatMap((fault): readonly CallFault[] => {
    switch (fault.kind) {
      case "refuse":
      case "lose-answer":
      case "slow":
        return [{ ...fault, countedAs: fault.kind }];
      case "brown-out": {
        const { unavailableShare, slowShare, addedMs, ...aim } = fault;
        const parts = { ...aim, countedAs: fault.kind };
        return [
          { ...parts, kind: "refuse", code: "UNAVAILABLE", share: unavailableShare },
          { ...parts, kind: "slow", addedMs, share: slowShare },
        ];
      }
      case "quota-cut":
      case "cold-database":
      case "instance-death":
        return [];
    }
  });
}
