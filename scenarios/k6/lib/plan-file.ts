import { SharedArray } from "k6/data";
import type { K6Plan } from "../../../src/sim/k6/plan.ts";

type Operation = K6Plan["operations"][number];

/** A plan without its long lists. */
export interface PlanHead extends Omit<K6Plan, "users" | "operations"> {
  readonly operations: readonly OperationHead[];
}

interface OperationHead extends Omit<Operation, "arrivals"> {
  readonly arrivals: number;
  /** Where the operation's arrivals begin in the shared list. */
  readonly from: number;
}

/** The lists stay in memory that all virtual users share. */
export interface OpenPlan {
  readonly head: PlanHead;
  user(index: number): K6Plan["users"][number];
  /** undefined past the last one. */
  arrival(operation: string, n: number): Operation["arrivals"][number] | undefined;
}

/** Opens the plan of a file that Node has written and checked. In k6's init code only. */
export function openPlan(path: string): OpenPlan {
  // One list for all: its file is read and parsed once, and not once for each virtual user.
  const shared = new SharedArray<unknown>("plimsoll-plan", () => flatten(JSON.parse(open(path))));
  const head = shared[0] as PlanHead;
  const heads = new Map(head.operations.map((one) => [one.name as string, one]));
  return {
    head,
    user: (index) => shared[1 + index] as K6Plan["users"][number],
    arrival: (operation, n) => {
      const one = heads.get(operation);
      if (one === undefined || n >= one.arrivals) return undefined;
      return shared[one.from + n] as Operation["arrivals"][number];
    },
  };
}

function flatten(plan: K6Plan): unknown[] {
  const { users, operations, ...rest } = plan;
  let from = 1 + users.length;
  const heads = operations.map(({ arrivals, ...one }) => {
    const begins = from;
    from += arrivals.length;
    return { ...one, arrivals: arrivals.length, from: begins };
  });
  const list: unknown[] = [{ ...rest, operations: heads }];
  for (const user of users) list.push(user);
  for (const { arrivals } of operations) for (const arrival of arrivals) list.push(arrival);
  return list;
}
