import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { k6sHere } from "../setup/k6s.ts";
import { K6_RUN, openPreparedTarget, runK6, type PreparedTarget } from "./prepared-target.ts";

/*
 * The scripts as a k6 user runs them, each on every k6 of this machine, against a gateway on the embedded engine.
 * A script with syntax that k6 lacks hangs it for ever, so every k6 has a time-out.
 */

const SCRIPTS = [
  "smoke",
  "load",
  "spike",
  "soak",
  "ramp-500-50-5",
  "dashboards",
  "ledger-burst",
  "onboarding-rush",
];
const INSPECT_TIMEOUT_MS = 20_000;

const k6s = await k6sHere();
let target: PreparedTarget;
beforeAll(async () => {
  if (k6s.length > 0) target = await openPreparedTarget(60);
}, 60_000);
afterAll(() => target?.close());

const k6 = (path: string, parameters: readonly string[], env = {}) =>
  runK6(path, parameters, { PLIMSOLL_WORKLOADS: target.workloads, ...env });

/** `inspect` looks at no environment but what it is given so. */
const inspect = (path: string, script: string, variables: readonly string[] = []) => {
  const given = [`PLIMSOLL_WORKLOADS=${target.workloads}`, ...variables];
  const parameters = ["inspect", ...given.flatMap((one) => ["-e", one]), file(script)];
  return runK6(path, parameters, {}, { timeoutMs: INSPECT_TIMEOUT_MS });
};

const file = (script: string): string => `scenarios/k6/${script}.ts`;

describe.skipIf(k6s.length === 0)(
  `k6 scripts${k6s.length === 0 ? ": skipped, no k6 here" : ""}`,
  { timeout: 90_000 },
  () => {
    describe.each(k6s)("on k6 $version", ({ path, major }) => {
      it.each(SCRIPTS)("%s passes k6 inspect", async (script) => {
        const { exitCode, output } = await inspect(path, script);
        expect(exitCode, output).toBe(0);
        expect(output).toContain('"executor": "ramping-arrival-rate"');
      });

      it.each(SCRIPTS)("%s: one virtual user does each of its operations once", async (script) => {
        const summary = join(target.folder, `${script}-${major}.json`);
        const { exitCode, output } = await k6(path, [...K6_RUN, file(script)], {
          ONCE: "1",
          PLIMSOLL_SUMMARY: summary,
        });
        expect(output).toContain(script);
        const { metrics } = JSON.parse(await readFile(summary, "utf8"));
        const rates = Object.entries(metrics as Record<string, { values: Record<string, number> }>)
          .filter(([name]) => name.startsWith("plimsoll_failed{"))
          .map(([, { values }]) => values);
        expect(rates.length).toBeGreaterThan(0);
        // `passes` counts what is true: what failed.
        for (const values of rates) expect(values, output).toMatchObject({ passes: 0, fails: 1 });
        expect(metrics["plimsoll_faults"]?.values.count ?? 0).toBe(0);
        // Latency is not judged here: 99 is k6's word for a threshold that was crossed.
        expect([0, 99]).toContain(exitCode);
      });

      it("the ramp knows two profiles and no other", async () => {
        const real = await inspect(path, "ramp-500-50-5", ["PROFILE=real"]);
        expect(real.output).toContain('"5m0s"');
        const compressed = await inspect(path, "ramp-500-50-5", ["PROFILE=compressed"]);
        expect(compressed.output).toContain('"5s"');
        const other = await inspect(path, "ramp-500-50-5", ["PROFILE=reel"]);
        expect(other).toMatchObject({ exitCode: 107 });
        expect(other.output).toContain("known are real and compressed");
      });

      it("says what to do when nothing was prepared, or nothing listens", async () => {
        const none = await k6(path, [...K6_RUN, file("load")], {
          PLIMSOLL_WORKLOADS: "/nowhere.json",
        });
        expect(none.exitCode).toBe(107);
        expect(none.output).toContain("npm run sim -- k6 prepare");

        const gone = JSON.parse(await readFile(target.workloads, "utf8"));
        gone.plan.target.baseUrl = "http://127.0.0.1:1";
        await writeFile(join(target.folder, "gone.json"), JSON.stringify(gone));
        const env = { PLIMSOLL_WORKLOADS: join(target.folder, "gone.json") };
        const deaf = await k6(path, [...K6_RUN, file("load")], env);
        expect(deaf.exitCode).toBe(107);
        expect(deaf.output).toContain("nothing answers at http://127.0.0.1:1");
      });

      it("keeps k6's own outputs working: JSON, CSV, Prometheus remote write, OpenTelemetry", async () => {
        const received: { url: string; bytes: number; encoding: string }[] = [];
        const receiver = createServer((request, response) => {
          let bytes = 0;
          request.on("data", (chunk: Buffer) => (bytes += chunk.length));
          request.on("end", () => {
            received.push({
              url: request.url ?? "",
              bytes,
              encoding: String(request.headers["content-encoding"]),
            });
            response.end();
          });
        });
        await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
        const { port } = receiver.address() as AddressInfo;
        const json = join(target.folder, `samples-${major}.json`);
        const csv = join(target.folder, `samples-${major}.csv`);
        try {
          const outputs = [
            `json=${json}`,
            `csv=${csv}`,
            "experimental-prometheus-rw",
            "opentelemetry",
          ];
          const { output } = await k6(
            path,
            [...K6_RUN, ...outputs.flatMap((one) => ["--out", one]), file("smoke")],
            {
              ONCE: "1",
              K6_PROMETHEUS_RW_SERVER_URL: `http://127.0.0.1:${port}/api/v1/write`,
              K6_OTEL_EXPORTER_PROTOCOL: "http/protobuf",
              K6_OTEL_HTTP_EXPORTER_ENDPOINT: `127.0.0.1:${port}`,
              K6_OTEL_HTTP_EXPORTER_INSECURE: "true",
            },
          );
          expect(output).not.toContain("level=error");
        } finally {
          receiver.closeAllConnections();
          receiver.close();
        }
        const sentTo = (url: string) => received.filter((one) => one.url === url);
        const [prometheus] = sentTo("/api/v1/write");
        expect(prometheus).toMatchObject({ encoding: "snappy" });
        expect(prometheus!.bytes).toBeGreaterThan(100);
        const [openTelemetry] = sentTo("/v1/metrics");
        expect(openTelemetry!.bytes).toBeGreaterThan(100);
        const points = (await readFile(json, "utf8"))
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        const latencies = points.filter(
          ({ type, metric }) => type === "Point" && metric === "plimsoll_latency",
        );
        expect(latencies.map(({ data }) => data.tags.operation)).toContain("tenant-ledger");
        expect(await readFile(csv, "utf8")).toMatch(/^plimsoll_latency,/m);
      });
    });
  },
);
