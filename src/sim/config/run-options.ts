import { z } from "zod";
import { LIMITER_STRATEGIES } from "../../system/limiter/create-limiter.ts";
import { COHORT_MAX, divisors, SIMULATED_USERS_MAX } from "../cohort/cohort-sizes.ts";
import { LATENCY_CHOICES, LIMITS_CHOICES, type LimitsChoice } from "../targets/limits-choice.ts";
import { TARGET_CHOICES } from "../targets/target-choice.ts";
import { parseDurationMs } from "./duration.ts";

/** Bounds of the options that are numbers, both included. */
export const BOUNDS = {
  users: { min: 1, max: 10_000_000 },
  tenants: { min: 1, max: 10_000_000 },
  cohort: { min: 1, max: COHORT_MAX },
  seed: { min: 0, max: 2 ** 32 - 1 },
  durationMs: { min: 5_000, max: 86_400_000 },
  /** Below 256 MiB the emulator's Java heap fills while 1,000 users are created. */
  emulatorHeap: { min: 256, max: 65_536 },
  /** Processes on one machine: more than it has processors help nobody. */
  k6Instances: { min: 1, max: 16 },
  /** Dollars. A slip of the keyboard costs a hundred at most. */
  maxCost: { min: 0.01, max: 100 },
  maxWrites: { min: 1, max: 100_000_000 },
  /** One batch of what is seeded has 250 writes. Firestore's own rule for growing load ends here. */
  maxWritesPerSecond: { min: 250, max: 10_000 },
} as const;

/** Leaves room for many tenants of one user beside one large tenant: 2.5 users on average. */
const TENANTS_PER_USER = 0.4;

const duration = z
  .unknown()
  .transform((value, context) => {
    const durationMs = parseDurationMs(value);
    const { min, max } = BOUNDS.durationMs;
    if (durationMs !== undefined && durationMs >= min && durationMs <= max) return durationMs;
    context.addIssue({ code: "custom", message: durationFault(durationMs) });
    return z.NEVER;
  })
  .nullable();

function durationFault(durationMs: number | undefined): string {
  if (durationMs === undefined) return "is not a duration";
  return durationMs < BOUNDS.durationMs.min ? "is too short" : "is too long";
}

const scenarioNames = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((names) => (typeof names === "string" ? [names] : names));

/** What `--driver` accepts. */
export const DRIVER_CHOICES = ["node", "k6"] as const;

/** What `--clock` accepts. */
export const CLOCK_CHOICES = ["real", "virtual"] as const;
type ClockChoice = (typeof CLOCK_CHOICES)[number];

/** Nothing but the model takes time on a virtual clock, so without it every answer would be instant. */
function latencyFor(run: { readonly clock: ClockChoice; readonly limits: LimitsChoice }) {
  return run.clock === "virtual" && run.limits !== "off" ? "us-central1" : "off";
}

/** Every user for as long as that is feasible. */
function cohortFor(users: number): 1 | "auto" {
  return users <= SIMULATED_USERS_MAX ? 1 : "auto";
}

interface CohortAsked {
  readonly users: number;
  readonly clock: ClockChoice;
  readonly cohort?: number | "auto" | undefined;
}

/**
 * Why so many users cannot be simulated, or not in cohorts of that size; nothing of numbers that are
 * bad by themselves.
 */
function cohortFault({ users, clock, cohort = cohortFor(users) }: CohortAsked) {
  if (!Number.isInteger(users) || users < 1 || users > BOUNDS.users.max) return undefined;
  const most = SIMULATED_USERS_MAX.toLocaleString("en-US");
  if (clock === "real") {
    if (users <= SIMULATED_USERS_MAX) return undefined;
    const message = `is too large: in real time at most ${most}; with --clock virtual more can be taken together (--cohort)`;
    return { path: ["users"], message };
  }
  if (typeof cohort !== "number") return undefined;
  const sizes = divisors(users);
  if (users % cohort !== 0) {
    const below = sizes.findLast((size) => size < cohort) ?? 1;
    const above = sizes.find((size) => size > cohort) ?? users;
    const message = `does not divide ${users} users evenly; the nearest that do are ${below} and ${above}`;
    return { path: ["cohort"], message };
  }
  if (users / cohort <= SIMULATED_USERS_MAX) return undefined;
  const least = sizes.find((size) => users / size <= SIMULATED_USERS_MAX) ?? users;
  const message = `leaves ${users / cohort} users to simulate, and ${most} is the most; at least ${least}, or auto`;
  return { path: ["cohort"], message };
}

const fileName = z.string().min(1);

/**
 * MiB of Java heap for so many users: the emulator keeps every version of a document, about 2 KB
 * each, and 10,000 users leave some 300,000 of them in a benchmark run; a query over their trades
 * takes tens of MiB more while it lasts.
 */
function emulatorHeapFor(users: number): number {
  return 1000 + Math.ceil(users * 0.05);
}

function bothAreNumbers(value: unknown): boolean {
  const { users, tenants } = value as { readonly users?: unknown; readonly tenants?: unknown };
  return typeof users === "number" && typeof tenants === "number";
}

/** What `run` accepts, by the names a config file uses. Defaults live here and nowhere else. */
export const runOptionsSchema = z
  .strictObject({
    users: z.int().min(BOUNDS.users.min).max(BOUNDS.users.max).default(1_000),
    /** Default: 0.4 for each user, rounded up. */
    tenants: z.int().min(BOUNDS.tenants.min).max(BOUNDS.tenants.max).optional(),
    seed: z.int().min(BOUNDS.seed.min).max(BOUNDS.seed.max).default(1),
    /** None: the benchmark plan. */
    scenario: scenarioNames.default([]),
    /** null: each scenario's own. */
    duration: duration.default(null),
    market: fileName.nullable().default(null),
    /** The one that meets the document's benchmark table. */
    limiter: z.enum(LIMITER_STRATEGIES).default("paced"),
    /** A preset's name or a JSON file. */
    limiterConfig: fileName.default("default"),
    target: z.enum(TARGET_CHOICES).default("auto"),
    limits: z.enum(LIMITS_CHOICES).default("on"),
    /** Default: on a virtual clock us-central1, for there nothing else takes time; else off. */
    latency: z.enum(LATENCY_CHOICES).optional(),
    /** A calibration of the model; absent: its figures are assumed. */
    calibration: fileName.optional(),
    /** null: the service's own firestore.indexes.json. */
    indexes: fileName.nullable().default(null),
    /** Default: see emulatorHeapFor. */
    emulatorHeap: z.int().min(BOUNDS.emulatorHeap.min).max(BOUNDS.emulatorHeap.max).optional(),
    driver: z.enum(DRIVER_CHOICES).default("node"),
    /** k6 processes that share the client traffic; null: one, where k6 sends it. */
    k6Instances: z
      .int()
      .min(BOUNDS.k6Instances.min)
      .max(BOUNDS.k6Instances.max)
      .nullable()
      .default(null),
    /** The project of --target staging. */
    project: z.string().min(1).nullable().default(null),
    /** Where the project's APIs are; null: Google's own hosts. */
    projectFile: fileName.nullable().default(null),
    /** Projects that may be loaded: in the config file only. */
    stagingProjects: z.array(z.string().min(1)).default([]),
    maxCost: z.number().min(BOUNDS.maxCost.min).max(BOUNDS.maxCost.max).default(1),
    /** null: half as many again as are estimated. */
    maxWrites: z.int().min(BOUNDS.maxWrites.min).max(BOUNDS.maxWrites.max).nullable().default(null),
    maxWritesPerSecond: z
      .int()
      .min(BOUNDS.maxWritesPerSecond.min)
      .max(BOUNDS.maxWritesPerSecond.max)
      .default(1_000),
    clock: z.enum(CLOCK_CHOICES).default("real"),
    /** Users that each simulated one stands for. Default: see cohortFor. */
    cohort: z
      .union([z.literal("auto"), z.int().min(BOUNDS.cohort.min).max(BOUNDS.cohort.max)])
      .optional(),
    reports: fileName.default("reports"),
    quiet: z.boolean().default(false),
  })
  .refine(({ users, tenants }) => tenants === undefined || tenants <= users, {
    path: ["tenants"],
    message: "is more than the number of users",
    // Also when another option is bad, so that all faults are reported at once.
    when: ({ value }) => bothAreNumbers(value),
  })
  .refine(({ limits, latency = "off" }) => limits !== "off" || latency === "off", {
    path: ["latency"],
    message: "is the gateway's to add, which --limits off leaves out",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ calibration, limits }) => calibration === undefined || limits !== "off", {
    path: ["calibration"],
    message: "is of the model, which --limits off leaves out",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ calibration, latency }) => calibration === undefined || latency !== "nam5", {
    path: ["calibration"],
    message:
      "holds the latencies of its own region as they are: --latency us-central1 takes these, nam5 would lengthen them",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ clock, target }) => clock === "real" || target === "auto" || target === "embedded", {
    path: ["target"],
    message: "lives in real time: with --clock virtual the embedded engine is the only one",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ clock, driver }) => clock === "real" || driver === "node", {
    path: ["driver"],
    message: "lives in real time: with --clock virtual the Node driver is the only one",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ driver, k6Instances }) => driver === "k6" || k6Instances === null, {
    path: ["k6Instances"],
    message: "is for --driver k6",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ clock, cohort }) => clock === "virtual" || cohort === undefined || cohort === 1, {
    path: ["cohort"],
    message: "is for --clock virtual: in real time every user is there",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ target, project }) => target === "staging" || project === null, {
    path: ["project"],
    message: "is for --target staging: no other target has one",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .refine(({ target, latency = "off" }) => target !== "staging" || latency === "off", {
    path: ["latency"],
    message: "is the gateway's to add, and none stands in front of a project",
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .superRefine((options, context) => {
    const fault = cohortFault(options);
    if (fault !== undefined) context.addIssue({ code: "custom", ...fault });
  })
  .transform(({ tenants, scenario, duration: durationMs, emulatorHeap, ...same }) => ({
    ...same,
    // A project has production's own limits; no gateway stands in front of it.
    limits: same.target === "staging" ? ("off" as const) : same.limits,
    latency: same.latency ?? latencyFor(same),
    cohort: same.cohort ?? cohortFor(same.users),
    tenants: tenants ?? Math.ceil(same.users * TENANTS_PER_USER),
    scenarios: scenario,
    durationMs,
    emulatorHeapMiB: emulatorHeap ?? emulatorHeapFor(same.users),
  }));

/** A run as it was asked for, with every default filled in. */
export type RunOptions = Readonly<z.output<typeof runOptionsSchema>>;

/** An option as given, before it is checked. */
export type RunOptionKey = keyof z.input<typeof runOptionsSchema>;
