import { describe, expect, it } from "vitest";
import type { Clock } from "../../std/clock.ts";
import type { Store, Write } from "../../system/store/store.ts";
import type { Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";

/*
 * The checks themselves are tested: a store that quietly does the wrong thing must be found out by
 * the same run that passes with the right one.
 */

interface Chance {
  /** Whether this commit is one of those to be spoilt. */
  readonly isDue: () => boolean;
  readonly nowMs: () => number;
}

type Defect = (store: Store, chance: Chance) => Store;

const TRADES = /\/shadowTradeHistory\//;

function changing(writes: readonly Write[], change: (write: Write) => readonly Write[]): Write[] {
  return writes.flatMap((write) => (TRADES.test(write.path) ? change(write) : [write]));
}

const DEFECTS: readonly { readonly defect: string; readonly build: Defect }[] = [
  {
    defect: "a commit that is answered and not done",
    build: (store, { isDue, nowMs }) => ({
      ...store,
      commit: async (writes) =>
        isDue() && writes.some(({ path }) => TRADES.test(path))
          ? { commitTimeMs: nowMs() }
          : store.commit(writes),
    }),
  },
  {
    defect: "a write that is left out of its commit",
    build: (store, { isDue }) => ({
      ...store,
      commit: (writes) => store.commit(isDue() ? changing(writes, () => []) : writes),
    }),
  },
  {
    defect: "a P&L that is one cent off",
    build: (store, { isDue }) => ({
      ...store,
      commit: (writes) =>
        store.commit(
          isDue()
            ? changing(writes, (write) =>
                write.kind === "update" && typeof write.data["pnl"] === "string"
                  ? [{ ...write, data: { ...write.data, pnl: "0.01" } }]
                  : [write],
              )
            : writes,
        ),
    }),
  },
];

function run(build: Defect): Promise<Result> {
  const options = { users: 15, scenario: "high-volatility", duration: "40s", seed: 3 };
  const watchStore = (store: Store, clock: Clock): Store => {
    let commits = 0;
    // Every ninth commit of the phase: enough to be found, few enough to be a needle.
    const isDue = (): boolean => {
      commits += 1;
      return clock.monotonicMs() > 5000 && commits % 9 === 0;
    };
    return build(store, { isDue, nowMs: () => clock.wallMs() });
  };
  return runTrial({ options }, { standIns: { watchStore } });
}

/** What the data checks found. */
function faultsOf({ checks }: Result): readonly string[] {
  return checks
    .filter(({ group, verdict }) => group === "data" && verdict === "fail")
    .map(({ id, figure }) => `${id}: ${figure}`);
}

describe("a virtual run finds out", () => {
  it("nothing in a store that does what it says", async () => {
    expect(faultsOf(await run((store) => store))).toEqual([]);
  });

  it.each(DEFECTS)("$defect", async ({ build }) => {
    expect(faultsOf(await run(build))).not.toEqual([]);
  });
});
