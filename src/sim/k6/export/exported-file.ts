import { UserError } from "../../cli/errors.ts";
import { k6WorkloadsSchema, type K6Workloads, type Workload } from "../workloads/workload-file.ts";
import type { ExportOptions } from "./export-options.ts";

/** Of each operation every pod needs a few virtual users: with none, its arrivals would be dropped. */
const VUS_PER_SEGMENT_MIN = 4;

/** A prepared file with one load in it, as the pods need it; and what was left out of it. */
export interface ExportedFile {
  readonly file: K6Workloads;
  readonly workload: Workload;
  readonly notes: readonly string[];
}

/** Throws a UserError when there is nothing that could be exported. */
export function exportedFile(prepared: K6Workloads, options: ExportOptions): ExportedFile {
  const { target: url, workload: name, segments } = options;
  const whole = prepared.workloads[name];
  if (whole === undefined) {
    const there = Object.keys(prepared.workloads).join(", ");
    throw fault(options, `has no load ${name}; it has ${there}`);
  }
  const operations = whole.operations
    .filter((operation) => operation.name !== "sign-up")
    .map((operation) => ({
      ...operation,
      vus: Math.max(operation.vus, VUS_PER_SEGMENT_MIN * segments),
    }));
  if (name === "onboarding-rush" || operations.length === 0) {
    throw fault(options, `${name} signs people up, which this machine does and no pod can ask for`);
  }
  const thresholds = Object.fromEntries(
    Object.entries(whole.thresholds).filter(([metric]) => !metric.endsWith(":sign-up}")),
  );
  const workload = { ...whole, operations, thresholds };
  const target = targetOf(prepared, url);
  const file = k6WorkloadsSchema.parse({
    ...prepared,
    plan: { ...prepared.plan, target, signUpUrl: null },
    workloads: { [name]: workload },
  });
  return { file, workload, notes: notesOf(whole, workload, target) };
}

function targetOf({ plan }: K6Workloads, url: string | null): K6Workloads["plan"]["target"] {
  if (url === null) return plan.target;
  const isHere = /^https?:\/\/(127(\.\d{1,3}){3}|\[::1\])(:|$)/.test(url);
  return { ...plan.target, baseUrl: url, reach: isHere ? "loopback" : "anywhere" };
}

function notesOf(
  whole: Workload,
  exported: Workload,
  { reach, baseUrl }: K6Workloads["plan"]["target"],
): readonly string[] {
  return [
    ...(exported.operations.length < whole.operations.length
      ? ["Sign-ups are left out: this machine provides them, and no pod can ask for them."]
      : []),
    ...(reach === "loopback"
      ? [`In a pod ${baseUrl} is the pod itself: --target names the target as the pods see it.`]
      : []),
  ];
}

function fault({ workloads }: ExportOptions, what: string): UserError {
  return new UserError(
    "E_K6_FILE",
    `--workloads: "${workloads}": ${what}.`,
    "Prepare it anew with `npm run sim -- k6 prepare`. Nothing was written.",
  );
}
