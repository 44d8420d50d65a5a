import { SharedArray } from "k6/data";
import exec from "k6/execution";
import http from "k6/http";
import type { Options, Scenario } from "k6/options";
import type {
  K6Workloads,
  Workload,
  WorkloadName,
} from "../../../src/sim/k6/workloads/workload-file.ts";
import { k6Ramp } from "../../../src/sim/k6/workloads/rate-stages.ts";
import { confinement } from "../lib/confinement.ts";
import { countThresholds, IS_COLLECTED } from "./counts.ts";

type Plan = K6Workloads["plan"];

/** The file without its long lists. */
interface Head {
  readonly plan: Omit<Plan, "users" | "operations">;
  readonly workload: Workload | undefined;
  readonly names: readonly string[];
  readonly users: number;
  readonly picks: number;
  readonly executions: number;
}

/** A script's load, opened; the lists stay in memory that all virtual users share. */
export interface OpenWorkload {
  readonly name: WorkloadName;
  readonly workload: Workload;
  readonly plan: Head["plan"];
  /** Who arrival `n` is of. */
  user(n: number): Plan["users"][number];
  /** What arrival `n` records. */
  execution(n: number): Readonly<Record<string, string>>;
  readonly options: Options;
}

/** Beside the scripts, where `npm run sim -- k6 prepare` writes it. */
const DEFAULT_FILE = import.meta.resolve("../workloads.json");

/** Opens the load of that name. In k6's init code only. */
export function openWorkload(name: WorkloadName): OpenWorkload {
  // One list for all: its file is read and parsed once, and not once for each virtual user.
  const shared = new SharedArray<unknown>(`plimsoll-${name}`, () => flatten(name, readFile()));
  const head = shared[0] as Head;
  const { plan, workload, names, users, picks } = head;
  if (workload === undefined) {
    const hint =
      name === "onboarding-rush"
        ? "It needs somebody to sign people up: npm run sim -- k6 prepare --serve-sign-ups 0"
        : "Prepare it anew, with more --users: npm run sim -- k6 prepare";
    throw new Error(`${name} is not in the prepared file, which has ${names.join(", ")}. ${hint}`);
  }
  return {
    name,
    workload,
    plan,
    user: (n) => shared[1 + (shared[1 + users + (n % picks)] as number)] as Plan["users"][number],
    execution: (n) =>
      shared[1 + users + picks + (n % head.executions)] as Readonly<Record<string, string>>,
    options: optionsOf(plan, workload),
  };
}

function readFile(): K6Workloads {
  const path = __ENV["PLIMSOLL_WORKLOADS"] ?? DEFAULT_FILE;
  let text: string;
  try {
    text = open(path);
  } catch (error) {
    throw new Error(
      `${path} cannot be opened. First start a target (npm run sim -- gateway --port 8080), then ` +
        `prepare it: npm run sim -- k6 prepare --endpoint 127.0.0.1:8080. (${String(error)})`,
      { cause: error },
    );
  }
  return JSON.parse(text) as K6Workloads;
}

function flatten(name: WorkloadName, file: K6Workloads): unknown[] {
  const { users, operations: _none, ...plan } = file.plan;
  const head: Head = {
    plan,
    workload: file.workloads[name],
    names: Object.keys(file.workloads),
    users: users.length,
    picks: file.picks.length,
    executions: file.executions.length,
  };
  return [head, ...users, ...file.picks, ...file.executions];
}

/** ONCE=1: each operation once, to see whether a script and its target get on at all. */
const IS_ONCE = (__ENV["ONCE"] ?? "") !== "";

function optionsOf(plan: Head["plan"], workload: Workload): Options {
  return {
    ...confined(plan.target),
    scenarios: IS_ONCE ? ONCE : scenariosOf(plan, workload),
    thresholds: thresholdsOf(workload),
    summaryTrendStats: ["count", "avg", "min", "med", "p(95)", "p(99)", "max"],
    // Without `url`: it is another one for every user, and each would be a series of its own.
    systemTags: [
      "scenario",
      "name",
      "status",
      "method",
      "error_code",
      "expected_response",
      "group",
      "check",
    ],
  };
}

const ONCE: Record<string, Scenario> = {
  once: { executor: "per-vu-iterations", vus: 1, iterations: 1, maxDuration: "2m" },
};

function scenariosOf(plan: Head["plan"], { operations }: Workload): Record<string, Scenario> {
  const scenarios: Record<string, Scenario> = {};
  for (const { name, vus, stages } of operations) {
    scenarios[name] = {
      executor: "ramping-arrival-rate",
      ...k6Ramp(stages),
      stages: [...k6Ramp(stages).stages],
      preAllocatedVUs: vus,
      gracefulStop: `${plan.drainMs}ms`,
    };
  }
  return scenarios;
}

/** How much of the load was made is one process's to judge only if it makes the whole. */
function thresholdsOf({ operations, thresholds }: Workload): Record<string, string[]> {
  const isWhole = !IS_ONCE && !IS_COLLECTED;
  const own: Record<string, string[]> = countThresholds(operations);
  for (const [metric, list] of Object.entries(thresholds)) {
    if (isWhole || !metric.startsWith("iterations{")) own[metric] = [...list];
  }
  return own;
}

/** A project named demo-… is nobody's: from a cluster, too, nothing of it may reach Google. */
function confined(target: Plan["target"]): Options {
  const isNobodys = target.reach === "anywhere" && target.projectId.startsWith("demo-");
  if (!isNobodys) return confinement(target);
  return { blockHostnames: ["googleapis.com", "*.googleapis.com"] };
}

/** What setup() hands to every virtual user. */
export interface Begun {
  /** Wall time: IDs of what is recorded differ from run to run by it. */
  readonly beganMs: number;
}

/** Before any load: somebody must be there to take it. */
export function begin({ plan }: OpenWorkload): Begun {
  const { baseUrl } = plan.target;
  const answer = http.get(`${baseUrl}/`, { tags: { name: "is it there" }, timeout: "10s" });
  if (answer.status === 0) {
    throw new Error(
      `nothing answers at ${baseUrl}: ${answer.error}. Start the target again, and prepare it.`,
    );
  }
  if (IS_COLLECTED)
    console.log(`segment ${segment()}: its counts go to ${__ENV["PLIMSOLL_COLLECT"]}`);
  return { beganMs: Date.now() };
}

/** "0:1" when the load is not divided. */
export function segment(): string {
  const { executionSegment } = exec.test.options as { readonly executionSegment?: string | null };
  return executionSegment ?? "0:1";
}
