import { PINNED_K6_VERSION } from "../find/k6-version.ts";
import type { Workload } from "../workloads/workload-file.ts";

export interface TestRunOptions {
  /** Name of the run, and of everything in Kubernetes that belongs to it. */
  readonly run: string;
  /** null: whatever kubectl is set to. */
  readonly namespace: string | null;
  /** Pods that share the load, each a segment of it. */
  readonly segments: number;
  readonly image: string;
  /** A volume that holds the archive; null: the ConfigMap of the run's name does. */
  readonly volumeClaim: string | null;
  /** Where each segment sends its counts. */
  readonly collector: string;
  readonly workload: Workload;
}

/** Never `latest`: a figure that cannot be had again says nothing. Images' tags have no "v". */
export const K6_IMAGE = `grafana/k6:${PINNED_K6_VERSION.slice(1)}`;

/** The release whose CustomResourceDefinition the manifests are held against. */
export const OPERATOR_RELEASE = "v1.6.0";
const STARTER_IMAGE = `ghcr.io/grafana/k6-operator:starter-${OPERATOR_RELEASE}`;

/** Name of the archive, in the ConfigMap or on the volume. */
export const ARCHIVE_FILE = "archive.tar";

/** k6 by itself and each virtual user take 47 MB and half a megabyte (measured 2026-11-23): more than twice that. */
const BASE_MIB = 256;
const VU_MIB = 1;

/**
 * A TestRun of the k6 operator. The operator divides the load by execution segments, starts all pods paused
 * and lets them go together; what each counted its summary sends to the collector.
 */
export function makeTestRun(options: TestRunOptions): object {
  const { run, namespace, segments, image, volumeClaim, collector, workload } = options;
  const pod = { image, env: environment(run, collector) };
  const vus = workload.operations.reduce((sum, one) => sum + one.vus, 0);
  const memory = `${BASE_MIB + Math.ceil((vus / segments) * VU_MIB)}Mi`;
  const script =
    volumeClaim === null
      ? { configMap: { name: run, file: ARCHIVE_FILE } }
      : { volumeClaim: { name: volumeClaim, file: ARCHIVE_FILE, readOnly: true } };
  return {
    apiVersion: "k6.io/v1alpha1",
    kind: "TestRun",
    metadata: { name: run, ...(namespace === null ? {} : { namespace }), labels: LABELS },
    spec: {
      parallelism: segments,
      script,
      // The table that each k6 prints is in its pod's log.
      quiet: "true",
      runner: {
        ...pod,
        metadata: { labels: LABELS },
        resources: { requests: { cpu: "1", memory }, limits: { memory } },
      },
      // Looks into the archive before anything is started; its own image would be the latest.
      initializer: pod,
      starter: { image: STARTER_IMAGE },
    },
  };
}

const LABELS = { "app.kubernetes.io/part-of": "plimsoll" };

function environment(run: string, collector: string) {
  const variables = {
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
    PLIMSOLL_RUN: run,
    PLIMSOLL_COLLECT: collector,
  };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** What a ConfigMap may hold in all (https://kubernetes.io/docs/concepts/configuration/configmap/, read 2026-11-26). */
export const CONFIG_MAP_BYTES_MAX = 1_048_576;

/** A ConfigMap with the archive in it; undefined when it is too large for one. */
export function makeConfigMap(
  { run, namespace }: Pick<TestRunOptions, "run" | "namespace">,
  archive: Buffer,
): object | undefined {
  if (archive.length > CONFIG_MAP_BYTES_MAX) return undefined;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: run, ...(namespace === null ? {} : { namespace }), labels: LABELS },
    binaryData: { [ARCHIVE_FILE]: archive.toString("base64") },
  };
}
