import { z } from "zod";
import { UserError } from "../../cli/errors.ts";
import { flagOfKey } from "../../cli/flag-of-key.ts";
import { COLLECT_PORT, RUN_NAME } from "../collect/collect-options.ts";
import { WORKLOADS_FILE } from "../prepare/prepare-options.ts";
import { workloadName, type WorkloadName } from "../workloads/workload-file.ts";
import { K6_IMAGE } from "./test-run.ts";

export interface ExportOptions {
  readonly workload: WorkloadName;
  readonly run: string;
  readonly segments: number;
  readonly collector: string;
  /** The prepared file. */
  readonly workloads: string;
  /** "http://gateway.load.svc:8080", in place of the file's own; null: the file's. */
  readonly target: string | null;
  readonly namespace: string | null;
  readonly image: string;
  readonly volumeClaim: string | null;
  readonly output: string;
}

export const EXPORT_OPTION_SPECS = [
  { flag: "--workload <name>", describe: `one of ${workloadName.options.join(", ")}` },
  { flag: "--run <name>", describe: "name of the run, and of its objects in the cluster" },
  { flag: "--segments <count>", describe: "pods that share the load, 1 to 500 (default: 4)" },
  {
    flag: "--collector <url>",
    describe: `where \`k6 collect\` will listen, as the pods see it: http://HOST:${COLLECT_PORT}/counts`,
  },
  {
    flag: "--target <url>",
    describe: "the target as the pods see it (default: as it was prepared)",
  },
  {
    flag: "--workloads <file>",
    describe: `what \`k6 prepare\` wrote (default: ${WORKLOADS_FILE})`,
  },
  { flag: "--namespace <name>", describe: "namespace in the cluster (default: kubectl's)" },
  { flag: "--image <image>", describe: `image of k6, with a tag (default: ${K6_IMAGE})` },
  {
    flag: "--volume-claim <name>",
    describe: "the archive lies on this volume (default: in a ConfigMap, up to 1 MiB)",
  },
  { flag: "--output <folder>", describe: "folder for the files (default: deploy/k6-RUN)" },
] as const;

const httpUrl = z.url({ protocol: /^https?$/ }).regex(/[^/]$/);
/** Kubernetes' names (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). */
const label = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

const given = z.object({
  workload: workloadName,
  run: z.string().regex(RUN_NAME),
  segments: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((count) => count >= 1 && count <= 500)
    .default(4),
  collector: httpUrl.endsWith("/counts"),
  target: httpUrl.refine((url) => !/\bgoogleapis\.com\b/i.test(url)).optional(),
  workloads: z.string().min(1).default(WORKLOADS_FILE),
  namespace: label.optional(),
  image: z
    .string()
    .regex(/^\S+(:[\w.-]+|@sha256:[0-9a-f]{64})$/)
    .refine((image) => !image.endsWith(":latest"))
    .default(K6_IMAGE),
  volumeClaim: label.optional(),
  output: z.string().min(1).optional(),
});

const ACCEPTS: Readonly<Record<string, string>> = {
  workload: workloadName.options.join(", "),
  run: "1 to 50 lower-case letters, digits and hyphens",
  segments: "1 to 500",
  collector: `http://HOST:${COLLECT_PORT}/counts`,
  target: "http://HOST:PORT of a gateway or an emulator (a real project refuses unsigned tokens)",
  workloads: "a file",
  namespace: "a name in Kubernetes",
  image: "an image with a tag or a digest, and not latest",
  volumeClaim: "a name in Kubernetes",
  output: "a folder",
};

/** Checks what the command line gave; every fault is told at once. */
export function resolveExportOptions(parsed: Readonly<Record<string, unknown>>): ExportOptions {
  const result = given.safeParse(parsed);
  if (!result.success) {
    const keys = [...new Set(result.error.issues.map(({ path: [key] }) => String(key)))];
    const faults = keys.map((key) => {
      const flag = flagOfKey(key);
      const got =
        parsed[key] === undefined ? "is missing" : `${JSON.stringify(parsed[key])} is not accepted`;
      return `${flag}: ${got}. Accepted: ${ACCEPTS[key]}.`;
    });
    const hint = "Run `npm run sim -- k6 export --help` for all options. Nothing was written.";
    throw new UserError("E_BAD_OPTIONS", faults.join("\n"), hint);
  }
  const { target, namespace, volumeClaim, output, ...rest } = result.data;
  return {
    ...rest,
    target: target ?? null,
    namespace: namespace ?? null,
    volumeClaim: volumeClaim ?? null,
    output: output ?? `deploy/k6-${rest.run}`,
  };
}
