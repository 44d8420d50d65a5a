import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import type { Store, Write } from "../../system/store/store.ts";
import { loadInputs } from "../cli/load-inputs.ts";
import { createRunOutput } from "../cli/progress.ts";
import { recordStream } from "../cli/text-stream.fixture.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import { resultSchema, type Result } from "../report/result.ts";
import { runSimulation } from "../run/run-simulation.ts";
import { openServiceLog } from "../run/service-log.ts";
import { createVirtualDatabase } from "./virtual-database.ts";

/*
 * The checks themselves are tested: a store that quietly does the wrong thing must be found out by
 * the same run that passes with the right one.
 */

const folder = mkdtempSync(join(tmpdir(), "plimsoll-defects-"));
afterAll(() => rmSync(folder, { recursive: true }));

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

async function run(name: string, build: Defect): Promise<Result> {
  const reports = join(folder, name);
  const raw = { clock: "virtual", users: 15, scenario: "high-volatility", duration: "40s" };
  const options = resolveOptions({ ...raw, seed: 3, reports }, undefined);
  const inputs = await loadInputs(options);
  const clock = new AutoClock(Date.UTC(2026, 0, 5, 14, 30));
  const database = createVirtualDatabase(clock, createRng(3), {
    limits: "on",
    latency: "us-central1",
    indexes: readIndexes(inputs.indexesFile),
  });
  let commits = 0;
  // Every ninth commit of the phase: enough to be found, few enough to be a needle.
  const isDue = (): boolean => {
    commits += 1;
    return clock.monotonicMs() > 5000 && commits % 9 === 0;
  };
  await runSimulation(
    {
      options,
      ...inputs,
      output: createRunOutput(recordStream(), clock, true),
      signal: new AbortController().signal,
      target: () => Promise.resolve(database.target),
    },
    {
      clock,
      during: (work) => clock.run(work()),
      openDatabase: () => {
        const open = database.open();
        return { ...open, store: build(open.store, { isDue, nowMs: () => clock.wallMs() }) };
      },
      openLog: openServiceLog,
      warmUpMs: 0,
      liveEveryMs: 10_000,
      isOnMachine: false,
    },
  );
  const file = join(reports, "latest", "result.json");
  return resultSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

function readIndexes(path: string): IndexFile {
  const result = readIndexFile(readFileSync(path, "utf8"));
  if (result.kind === "faulty") throw new Error(`${path} is faulty`);
  return result.file;
}

/** What the data checks found. */
function faultsOf({ checks }: Result): readonly string[] {
  return checks
    .filter(({ group, verdict }) => group === "data" && verdict === "fail")
    .map(({ id, figure }) => `${id}: ${figure}`);
}

describe("a virtual run finds out", () => {
  it("nothing in a store that does what it says", async () => {
    expect(faultsOf(await run("sound", (store) => store))).toEqual([]);
  });

  it.each(DEFECTS)("$defect", async ({ defect, build }) => {
    expect(faultsOf(await run(defect.replaceAll(/\W+/g, "-"), build))).not.toEqual([]);
  });
});
