import { fileURLToPath } from "node:url";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { UserError } from "../../src/sim/cli/errors.ts";
import { startEmulator } from "../../src/sim/targets/emulator.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import type { Target } from "../../src/sim/targets/target.ts";
import type { BenchRow } from "./bench-row.ts";
import { startChild } from "./gateway/child.ts";
import type { Child } from "./gateway/child.ts";
import { load } from "./gateway/load.ts";
import type { LoadResult } from "./gateway/load.ts";

/** Issue 4: throughput through the gateway, of direct, and what it may add at half load. */
const SINGLE_SHARE_MIN = 0.7;
const BATCH_SHARE_MIN = 0.9;
const ADDED_P50_MS_MAX = 1;

const ROUNDS = 3;
const DURATION_MS = 2_500;
const HEAP_MIB = 2_048;
/** Warm for what is offered: nothing waits, so that what is measured is what deciding costs. */
const WARM = { emulator: 10_000, stub: 40_000 };
const MAIN = "../../../src/sim/main.ts";
const OPEN_RULES = fileURLToPath(new URL("../../src/sim/gateway/open.rules", import.meta.url));

interface Topic {
  readonly name: string;
  readonly documentsEach: number;
  readonly concurrency: number;
  readonly shareMin: number | null;
}

const TOPICS: readonly Topic[] = [
  { name: "single commits", documentsEach: 1, concurrency: 32, shareMin: SINGLE_SHARE_MIN },
  { name: "100-document commits", documentsEach: 100, concurrency: 8, shareMin: BATCH_SHARE_MIN },
];

/** What an upstream is, and how to begin anew with it. */
interface Upstream {
  readonly name: string;
  readonly port: number;
  /** Writes a second that its gateway is warm for, in single commits; batches bring six times as many. */
  readonly warmDocuments: number;
  /** Whether the figures are for it. */
  readonly isJudged: boolean;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The gateway's cost: the same load direct and through it, in alternating runs. Behind it are the
 * official emulator, started for each topic since it keeps every version of every document, and a
 * server that does nothing, which shows what the gateway itself can take.
 */
export async function benchGateway(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const topic of TOPICS) {
    for (const open of [openEmulator, openStub]) {
      const upstream = await open(say);
      if (upstream === undefined) continue;
      try {
        rows.push(...(await measure(topic, upstream, say)));
      } finally {
        await upstream.stop();
      }
    }
  }
  return rows;
}

async function measure(
  topic: Topic,
  upstream: Upstream,
  say: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const gateway = await startChild(
    MAIN,
    "gateway",
    "--port",
    "0",
    "--limits",
    "on",
    "--warm",
    String(upstream.warmDocuments * (topic.documentsEach === 1 ? 1 : 6)),
    "--backend",
    `127.0.0.1:${upstream.port}`,
  );
  try {
    const what = `${topic.name}, ${upstream.name}`;
    const full = await alternate(topic, upstream, gateway, null);
    const direct = median(full.map((pair) => pair.direct.perSecond));
    const share = median(full.map(({ through, direct }) => through.perSecond / direct.perSecond));
    say(`  ${what}: direct ${direct.toFixed(0)}/s, through ${(share * 100).toFixed(0)}%`);
    // Of the slower of the two: beyond its capacity, an open loop measures only its own backlog.
    const half = await alternate(topic, upstream, gateway, (direct * Math.min(1, share)) / 2);
    const added = median(half.map(({ through, direct }) => through.p50Ms - direct.p50Ms));
    say(`  ${what}: at half load p50 +${added.toFixed(2)} ms`);
    return [
      row(`${what}: direct`, direct, "commits/s", null, null),
      row(
        `${what}: through the gateway`,
        share,
        "of direct",
        upstream.isJudged ? topic.shareMin : null,
        share >= (topic.shareMin ?? 0),
      ),
      row(
        `${what}: p50 added at half load`,
        added,
        "ms",
        upstream.isJudged && topic.documentsEach === 1 ? ADDED_P50_MS_MAX : null,
        added < ADDED_P50_MS_MAX,
      ),
      ...failureRows(what, [...full, ...half]),
    ];
  } finally {
    await gateway.stop();
  }
}

interface Pair {
  readonly direct: LoadResult;
  readonly through: LoadResult;
}

/** Direct and through in turn, and the other way round in every second round. */
async function alternate(
  { documentsEach, concurrency }: Topic,
  upstream: Upstream,
  gateway: Child,
  ratePerSecond: number | null,
): Promise<readonly Pair[]> {
  const one = async (port: number): Promise<LoadResult> => {
    await upstream.clear();
    return load({ port, documentsEach, concurrency, ratePerSecond, durationMs: DURATION_MS });
  };
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) {
      const direct = await one(upstream.port);
      pairs.push({ direct, through: await one(gateway.port) });
    } else {
      const through = await one(gateway.port);
      pairs.push({ direct: await one(upstream.port), through });
    }
  }
  return pairs;
}

async function openEmulator(say: (line: string) => void): Promise<Upstream | undefined> {
  let target: Target;
  try {
    target = await startEmulator(
      { projectId: "demo-bench", rulesFile: OPEN_RULES, heapMiB: HEAP_MIB },
      createRealMachine(),
      createRealClock(),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`  no official emulator, so nothing is measured with it: ${error.message}`);
    return undefined;
  }
  return {
    name: `before the ${target.description.split(" (")[0]}`,
    port: Number(target.endpoint.split(":")[1]),
    warmDocuments: WARM.emulator,
    isJudged: true,
    clear: () => target.clear(),
    stop: () => target.stop(),
  };
}

async function openStub(): Promise<Upstream> {
  const stub = await startChild("stub-server.ts");
  return {
    name: "before a server that does nothing",
    port: stub.port,
    warmDocuments: WARM.stub,
    isJudged: false,
    clear: () => Promise.resolve(),
    stop: () => stub.stop(),
  };
}

function failureRows(what: string, pairs: readonly Pair[]): readonly BenchRow[] {
  const failures = pairs.reduce(
    (sum, pair) => sum + pair.direct.failures + pair.through.failures,
    0,
  );
  return failures === 0 ? [] : [row(`${what}: calls that failed`, failures, "calls", 0, false)];
}

function row(
  name: string,
  figure: number,
  unit: string,
  target: number | null,
  met: boolean | null,
): BenchRow {
  return { name, figure, unit, target, met: target === null ? null : met };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}
