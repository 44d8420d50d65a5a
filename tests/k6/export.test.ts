import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { collectCounts } from "../../src/sim/k6/collect/collect-counts.ts";
import { resolveCollectOptions } from "../../src/sim/k6/collect/collect-options.ts";
import { exportLoad } from "../../src/sim/k6/export/export-load.ts";
import { resolveExportOptions } from "../../src/sim/k6/export/export-options.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import { k6sHere } from "../setup/k6s.ts";
import { K6_RUN, openPreparedTarget, runK6, type PreparedTarget } from "./prepared-target.ts";

/* The archive that goes to Kubernetes, run here as the operator would run it: from another folder, by segments. */

const k6s = await k6sHere();
const clock = createRealClock();
const machine = createRealMachine();
const { signal } = new AbortController();
let target: PreparedTarget;
let archive = "";
let files: readonly string[] = [];

beforeAll(async () => {
  const [k6] = k6s;
  if (k6 === undefined) return;
  target = await openPreparedTarget(60);
  await shorten(target.workloads);
  const output = join(target.folder, "elsewhere");
  const options = resolveExportOptions({
    workload: "smoke",
    run: "a-run",
    segments: "2",
    collector: "http://127.0.0.1:1/counts",
    target: `http://127.0.0.1:${target.port}`,
    workloads: target.workloads,
    output,
  });
  const exported = await exportLoad(options, { k6, machine, clock, signal });
  files = exported.files;
  archive = join(output, "archive.tar");
  // What it was made of is gone: it has all it needs.
  await rm(target.workloads);
}, 60_000);
afterAll(() => target?.close());

/** Ten arrivals of each operation in two seconds, so that four runs of it do not take a minute. */
async function shorten(path: string): Promise<void> {
  const file = JSON.parse(await readFile(path, "utf8"));
  for (const operation of file.workloads.smoke.operations) {
    operation.stages = [{ perThousandSeconds: 5_000, seconds: 2 }];
  }
  await writeFile(path, JSON.stringify(file));
}

/** Collects what these segments send, each from a k6 of its own. */
async function collect(run: string, path: string, segments: readonly (readonly string[])[]) {
  const { promise: at, resolve } = Promise.withResolvers<string>();
  const options = resolveCollectOptions({
    run,
    measuredOn: "gateway-embedded",
    port: "0",
    timeout: "60s",
    output: join(target.folder, run),
  });
  const log = (line: string): void => {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) resolve(url);
  };
  const collecting = collectCounts(options, clock, log, signal);
  const environment = { PLIMSOLL_COLLECT: await at, PLIMSOLL_RUN: run };
  const folder = join(target.folder, "elsewhere");
  const ended = await Promise.all(
    segments.map((part) => runK6(path, [...K6_RUN, ...part, archive], environment, { folder })),
  );
  return { ended, collected: await collecting };
}

const of = (segment: string) => [
  `--execution-segment=${segment}`,
  "--execution-segment-sequence=0,1/2,1",
];

describe.skipIf(k6s.length === 0)(
  `the archive${k6s.length === 0 ? ": skipped, no k6 here" : ""}`,
  () => {
    it("comes with its manifests", () => {
      expect(files).toEqual(["archive.tar", "testrun.json", "configmap.json"]);
    });

    it("fits a ConfigMap, which holds the same bytes", async () => {
      const folder = join(target.folder, "elsewhere");
      const { binaryData } = JSON.parse(await readFile(join(folder, "configmap.json"), "utf8"));
      const bytes = await readFile(archive);
      expect(Buffer.from(binaryData["archive.tar"], "base64").equals(bytes)).toBe(true);
    });

    it.each(k6s)(
      "runs elsewhere on k6 $version, in two processes that come to what one would",
      async ({ path, major, version }) => {
        // The long way round on one k6 is enough: what is added up does not depend on which it was.
        const one = version === k6s[0]!.version ? [await collect(`one-${major}`, path, [[]])] : [];
        const two = await collect(`two-${major}`, path, [of("0:1/2"), of("1/2:1")]);
        for (const { ended, collected } of [...one, two]) {
          expect(
            ended.map(({ exitCode }) => exitCode),
            ended[0]!.output,
          ).not.toContain(null);
          expect(collected.cut).toBeNull();
          const { merged } = collected;
          expect(merged).toMatchObject({ segmentFaults: [], dropped: 0, faults: 0 });
          // k6 starts the arrival that is due at the end itself or does not.
          for (const { ended: done, planned, failures, latency } of merged.operations) {
            expect(failures).toEqual([]);
            expect([planned - 1, planned]).toContain(done);
            expect(latency.count).toBe(done);
          }
          expect(merged.iterations).toBe(
            merged.operations.reduce((sum, one) => sum + one.ended, 0),
          );
        }
        for (const { collected } of one) expect(collected.merged.segments).toEqual(["0:1"]);
        expect(two.collected.merged.segments.toSorted()).toEqual(["0:1/2", "1/2:1"]);
      },
      120_000,
    );
  },
);
