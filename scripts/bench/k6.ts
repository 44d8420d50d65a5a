import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findK6 } from "../../src/sim/k6/find/find-k6.ts";
import { resultSchema, type Phase, type Result } from "../../src/sim/report/result.ts";
import { startGuarded } from "../../src/sim/targets/guarded-process.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import type { BenchRow } from "./bench-row.ts";

const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));

/** 20 entries a minute of each of 1,000 users: what issue 6 asks of k6. */
const WRITES_PER_SECOND = 1000 / 3;
const SECONDS = 60;
const RATE_SHARE = 0.01;

/** 333 ledger entries a second for a minute, as the users themselves, through k6. */
export async function benchK6(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const search = await findK6(createRealMachine());
  if (search.kind !== "found") {
    say("  skipped: no k6 here (`npm run sim -- doctor` says where it was looked for)");
    return [];
  }
  say(`  ledger-burst through k6 ${search.k6.version}: some 80 s`);
  return rowsOf(await runLedgerBurst());
}

async function runLedgerBurst(): Promise<Result> {
  const reports = mkdtempSync(join(tmpdir(), "plimsoll-bench-k6-"));
  try {
    const words = `--users 1000 --scenario ledger-burst --target embedded --driver k6`.split(" ");
    const own = ["--reports", reports, "--quiet"];
    const child = await startGuarded(process.execPath, [MAIN, ...words, ...own], () => undefined);
    const how = await child.ended;
    const run = readdirSync(reports).find((name) => name !== "latest");
    if (run === undefined) throw new Error(`the run ended with ${how}:\n${child.lastLines()}`);
    const text = readFileSync(join(reports, run, "result.json"), "utf8");
    return resultSchema.parse(JSON.parse(text));
  } finally {
    rmSync(reports, { recursive: true });
  }
}

function rowsOf(result: Result): readonly BenchRow[] {
  const [phase] = result.phases;
  const generator = phase?.generator;
  if (phase === undefined || generator === undefined) throw new Error("the run had no phase");
  const rate = writesPerSecond(result);
  const dropped = (phase.droppedArrivals ?? 0) + generator.arrivals - generator.answered;
  return [
    {
      name: `k6: ledger entries as users, ended in the ${SECONDS} s they were due in`,
      figure: rate,
      unit: "/s",
      target: WRITES_PER_SECOND,
      met: Math.abs(rate / WRITES_PER_SECOND - 1) <= RATE_SHARE,
    },
    { name: "k6: arrivals dropped", figure: dropped, unit: "", target: 0, met: dropped === 0 },
    {
      name: "k6: arrivals begun over 50 ms late",
      figure: (phase.lateArrivals / generator.arrivals) * 100,
      unit: "%",
      target: null,
      met: null,
    },
    ...processorRows(phase),
  ];
}

/** Of the operations that ended in the phase: the reads beside the entries are as even as they are. */
function writesPerSecond({ series, histograms }: Result): number {
  const ended = series.reduce((sum, row) => sum + row.clientOperations, 0);
  const clients = histograms.filter(({ metric }) => metric.startsWith("client."));
  const all = clients.reduce((sum, { count }) => sum + count, 0);
  const entries = clients.find(({ metric }) => metric === "client.ledger-create")?.count ?? 0;
  return (ended * (entries / all)) / SECONDS;
}

function processorRows({ generator }: Phase): readonly BenchRow[] {
  const processor = generator?.processor ?? null;
  if (generator === undefined || processor === null) return [];
  const { usedMs, overMs } = processor;
  const shown = { target: null, met: null };
  return [
    {
      name: "k6: generator's processor time",
      figure: usedMs / generator.answered,
      unit: "ms an operation",
      ...shown,
    },
    {
      name: "k6: generator's processor time, of one processor",
      figure: (usedMs / overMs) * 100,
      unit: "%",
      ...shown,
    },
  ];
}
