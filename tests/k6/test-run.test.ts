import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadScenarios } from "../../src/sim/config/scenario-files.ts";
import { resolveExportOptions } from "../../src/sim/k6/export/export-options.ts";
import {
  CONFIG_MAP_BYTES_MAX,
  K6_IMAGE,
  makeConfigMap,
  makeTestRun,
  OPERATOR_RELEASE,
} from "../../src/sim/k6/export/test-run.ts";
import { makeWorkloads } from "../../src/sim/k6/workloads/make-workloads.ts";
import { manifestFaults, type OpenApiSchema } from "./openapi-schema.ts";

/** The operator's own schema of TestRuns; deploy/k6-operator/README.md says where it is from. */
const { schema, source, group, version, kind } = JSON.parse(
  readFileSync("deploy/k6-operator/testruns-schema.json", "utf8"),
) as {
  readonly schema: OpenApiSchema;
  readonly source: { readonly release: string };
  readonly group: string;
  readonly version: string;
  readonly kind: string;
};

const { load } = makeWorkloads({
  users: 1_000,
  scenarios: loadScenarios(),
  signUps: false,
  soakSeconds: 3_600,
  rampTo: 10_000,
});

const SAMPLE = {
  ...resolveExportOptions({
    workload: "load",
    run: "plimsoll-load",
    collector: "http://plimsoll-collector.default.svc:7654/counts",
  }),
  workload: load!,
};

/** As a test may break it. */
type Loose = Record<string, Record<string, unknown>>;

describe("a TestRun", () => {
  it.each([
    ["the sample", {}],
    ["one pod", { segments: 1 }],
    ["many pods in a namespace", { segments: 500, namespace: "load" }],
    ["with its archive on a volume", { volumeClaim: "archives" }],
  ])("%s fits the operator's schema", (_what, changes) => {
    const testRun = makeTestRun({ ...SAMPLE, ...changes });
    expect(manifestFaults(schema, testRun)).toEqual([]);
    expect(testRun).toMatchObject({ apiVersion: `${group}/${version}`, kind });
    expect(source.release).toBe(OPERATOR_RELEASE);
  });

  it.each([
    [".spec.parallelism: missing", (spec: Loose) => void delete spec["parallelism"]],
    [".spec.script: missing", (spec: Loose) => void delete spec["script"]],
    [".spec.segments: no such field", (spec: Loose) => void (spec["segments"] = 4 as never)],
    [
      ".spec.parallelism: expected integer",
      (spec: Loose) => void (spec["parallelism"] = "4" as never),
    ],
    [".spec.quiet: expected string", (spec: Loose) => void (spec["quiet"] = true as never)],
    [
      ".spec.cleanup: expected one of post",
      (spec: Loose) => void (spec["cleanup"] = "pre" as never),
    ],
    [
      ".spec.script.configMap.name: missing",
      (spec: Loose) => void (spec["script"] = { configMap: { file: "a.tar" } }),
    ],
    [
      ".spec.runner.env[0].name: missing",
      (spec: Loose) => void (spec["runner"]!["env"] = [{ value: "1" }]),
    ],
    [
      ".spec.runner.resources.limits.memory: expected",
      (spec: Loose) => void (spec["runner"]!["resources"] = { limits: { memory: "much" } }),
    ],
  ])("with a fault does not: %s", (says, change) => {
    const testRun = structuredClone(makeTestRun(SAMPLE)) as { spec: Loose };
    change(testRun.spec);
    expect(manifestFaults(schema, testRun)).toEqual([expect.stringContaining(says)]);
  });

  it("pins every image, and sends the counts to the collector", () => {
    const text = JSON.stringify(makeTestRun(SAMPLE));
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images).toEqual([K6_IMAGE, K6_IMAGE, expect.stringContaining(":starter-v")]);
    expect(text).not.toContain("latest");
    expect(text).toContain('{"name":"PLIMSOLL_COLLECT","value":"http://plimsoll-collector');
    expect(text).toContain('{"name":"K6_NO_USAGE_REPORT","value":"true"}');
  });

  it("is what deploy/k6-operator holds as a sample", async () => {
    const text = `${JSON.stringify(makeTestRun(SAMPLE), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../deploy/k6-operator/testrun.json");
  });
});

describe("makeConfigMap", () => {
  it("takes an archive to the last byte that Kubernetes takes, and none beyond", () => {
    const most = Buffer.alloc(CONFIG_MAP_BYTES_MAX, 7);
    const configMap = makeConfigMap(SAMPLE, most) as { binaryData: Record<string, string> };
    expect(Buffer.from(configMap.binaryData["archive.tar"]!, "base64").equals(most)).toBe(true);
    expect(makeConfigMap(SAMPLE, Buffer.alloc(CONFIG_MAP_BYTES_MAX + 1))).toBeUndefined();
  });
});

describe("resolveExportOptions", () => {
  it("tells every fault at once", () => {
    const given = { run: "Über", segments: "0", image: "grafana/k6:latest", collector: "here" };
    expect(() => resolveExportOptions(given)).toThrow(
      /--workload: is missing.*\n--run: "Über" .*\n--segments: "0" .*\n--collector: "here" .*\n--image: "grafana\/k6:latest"/,
    );
  });

  it("exports nothing against Google itself", () => {
    const given = { workload: "load", run: "a", collector: "http://c:7654/counts" };
    for (const target of [
      "https://firestore.googleapis.com",
      "https://FIRESTORE.googleapis.com:443",
    ]) {
      expect(() => resolveExportOptions({ ...given, target })).toThrow(/--target: .* not accepted/);
    }
    expect(
      resolveExportOptions({ ...given, target: "http://gateway.load.svc:8080" }),
    ).toMatchObject({ segments: 4, image: K6_IMAGE, output: "deploy/k6-a" });
  });
});
