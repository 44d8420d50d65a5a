import { z } from "zod";
import { basis, calibrationFacts } from "./basis.ts";
import { countedOperationsSchema } from "../measure/counted-operations.ts";
import { monitoringEvidenceSchema } from "./monitoring-evidence.ts";

/**
 * result.json: everything a report is made from. Reports are rebuilt from it without a run, so
 * nothing may be shown that is not in here. Raise SCHEMA_VERSION when a field changes its meaning
 * or goes; adding one does not need it.
 */
export const SCHEMA_VERSION = 2;

const verdict = z.enum(["pass", "fail", "inconclusive"]);
export type Verdict = z.infer<typeof verdict>;

const checkSchema = z.strictObject({
  /** Stable, such as "benchmark.pnl-latency" or "throughput.high-volatility". */
  id: z.string().min(1),
  group: z.enum(["benchmark", "throughput", "limits", "limiter", "data", "harness"]),
  /** The phase whose figure decided, where one did. */
  phase: z.string().optional(),
  /** The row's name in the document's table, or ours. */
  title: z.string().min(1),
  /** Section of the service's document that states the target; null when it states none. */
  section: z.string().nullable(),
  /** The target in words: "p99 < 500 ms". */
  target: z.string().min(1),
  /** The figure in words: "p99 38.2 ms". "no samples" when there are none. */
  figure: z.string().min(1),
  /** The number the verdict was reached from, and the bound it was held against. */
  value: z.number().nullable(),
  bound: z.number().nullable(),
  unit: z.string(),
  /** Number of samples behind the figure. 0 can never pass. */
  samples: z.int().nonnegative(),
  basis,
  verdict,
  /** Why: by how much it passed or missed, and what held it back. One or two sentences. */
  detail: z.string(),
});
export type Check = z.infer<typeof checkSchema>;

/** A latency distribution: summary for readers, `encoded` (HDR, base64) for exact merging. */
export const histogramSchema = z.strictObject({
  /** Such as "pnl-commit", "pnl-listener", "query.open-trades", "onboarding". */
  metric: z.string().min(1),
  /** Name of the phase; null for provisioning. */
  phase: z.string().nullable(),
  /** What starts and ends it, in words. */
  describes: z.string(),
  unit: z.literal("ms"),
  count: z.int().nonnegative(),
  min: z.number(),
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  p999: z.number(),
  max: z.number(),
  encoded: z.string(),
});
export type HistogramSummary = z.infer<typeof histogramSchema>;

/**
 * One second of a run, or, in a phase of more than an hour, a stretch of equal seconds (see
 * thin-series.ts). Counts are sums over them; p50 is that of the median second, other latencies,
 * limiter rate and backlog are those of the worst; absent ones had no sample.
 */
export const secondSchema = z.strictObject({
  /** Whole seconds since the run's first phase began; gaps are allowed between phases. */
  second: z.int().nonnegative(),
  /** How many seconds the row stands for; absent: 1. */
  seconds: z.int().positive().optional(),
  phase: z.string(),
  regime: z.string(),
  marketUpdates: z.int().nonnegative(),
  /** Document writes that fell due, were sent to the server, and were committed. */
  writesOffered: z.int().nonnegative(),
  writesCommitted: z.int().nonnegative(),
  commits: z.int().nonnegative(),
  retries: z.int().nonnegative(),
  refusals: z.int().nonnegative(),
  clientOperations: z.int().nonnegative(),
  clientErrors: z.int().nonnegative(),
  pnlP50Ms: z.number().nullable(),
  pnlP99Ms: z.number().nullable(),
  queryP95Ms: z.number().nullable(),
  /** What the limiter let through a second, and how far its reservations reached ahead. */
  limiterRate: z.number().nullable(),
  limiterBacklogMs: z.number().nullable(),
  /** The most writes in any one of the row's seconds; absent where it has only one. */
  writesOfferedMax: z.int().nonnegative().optional(),
  writesCommittedMax: z.int().nonnegative().optional(),
});
export type Second = z.infer<typeof secondSchema>;

const subjectKind = z.enum(["document", "index-range", "collection", "request", "query"]);

/** Attempts that production's limits refuse, of one cause. */
const refusalSchema = z.strictObject({
  /** Which limit: an id of the table in src/firestore/limits. */
  limit: z.string().min(1),
  /** What was hot or too large: "document ops/performance". */
  subject: z.string().min(1),
  subjectKind,
  code: z.string(),
  attempts: z.int().positive(),
  /** One of them in a sentence, with figures and the remedy. */
  explanation: z.string(),
  /** Second of the phase in which it was first met. */
  firstSecond: z.number().nonnegative(),
});

/** A document or key range, and how near it came to what one of its kind takes. */
const hotSubjectSchema = z.strictObject({
  subject: z.string().min(1),
  subjectKind,
  limit: z.string().min(1),
  /** The highest rate offered in any few seconds, and what was allowed then. */
  operationsPerSecond: z.number().nonnegative(),
  allowedPerSecond: z.number().nonnegative(),
  /** The former over the latter; 1: as much as it takes. */
  utilisation: z.number().nonnegative(),
  /** Second of the phase in which that was. */
  atSecond: z.number().nonnegative(),
  delayed: z.int().nonnegative(),
  refused: z.int().nonnegative(),
});
export type HotSubject = z.infer<typeof hotSubjectSchema>;

/** What the gateway's model of production's limits did in a phase. */
const phaseLimitsSchema = z.strictObject({
  /** `observe`: nothing was delayed or refused, only counted. */
  mode: z.enum(["on", "observe"]),
  /** Key ranges were split beforehand as if so many writes a second had long been served; null: cold. */
  warmedTo: z.number().positive().nullable(),
  /** Attempts that reached the gateway, batches among the commits, and the writes in them. */
  commits: z.int().nonnegative(),
  queries: z.int().nonnegative(),
  writes: z.int().nonnegative(),
  /** Index entries that the writes let through removed and inserted. */
  indexEntries: z.int().nonnegative(),
  /** Commits the harness and the service's code in it sent, by their own count. */
  commitsSent: z.int().nonnegative(),
  refusedAttempts: z.int().nonnegative(),
  refusedWrites: z.int().nonnegative(),
  /** Writes that queued for a limit. */
  delayedWrites: z.int().nonnegative(),
  /** How long requests let through queued, those that did not at all among them. */
  queueing: z.strictObject({
    samples: z.int().nonnegative(),
    meanMs: z.number().nonnegative(),
    p99Ms: z.number().nonnegative(),
    maxMs: z.number().nonnegative(),
  }),
  /** Most frequent first. */
  refusals: z.array(refusalSchema),
  refusalsNotListed: z.int().nonnegative(),
  /** Hottest first. */
  hottest: z.array(hotSubjectSchema),
  /** Queries refused for want of an index, each with the entry for firestore.indexes.json. */
  missingIndexes: z.array(
    z.strictObject({ collectionGroup: z.string(), queries: z.int().positive(), json: z.string() }),
  ),
});
export type PhaseLimits = z.infer<typeof phaseLimitsSchema>;

/** Documents read, written and deleted, as Firestore bills them. */
const billedSchema = z.strictObject({
  reads: z.int().nonnegative(),
  writes: z.int().nonnegative(),
  deletes: z.int().nonnegative(),
});

const phaseSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string(),
  durationMs: z.number().nonnegative(),
  /** When its own time began, in milliseconds of the run: what `--explain` takes. */
  startedAtMs: z.number().nonnegative().optional(),
  users: z.int().nonnegative(),
  openTrades: z.int().nonnegative(),
  sweeps: z.int().nonnegative(),
  overlappingSweeps: z.int().nonnegative(),
  usersSwept: z.int().nonnegative(),
  usersFailed: z.int().nonnegative(),
  /** Document writes due in the phase and committed by its end, and their means a second. */
  writesOffered: z.int().nonnegative(),
  writesCommitted: z.int().nonnegative(),
  offeredPerSecond: z.number().nonnegative(),
  committedPerSecond: z.number().nonnegative(),
  retriedCommits: z.int().nonnegative(),
  abortedCommits: z.int().nonnegative(),
  worstSecond: z.strictObject({ writes: z.int().nonnegative(), atSecond: z.number() }),
  worstDocument: z.strictObject({ path: z.string(), writesInOneSecond: z.int().nonnegative() }),
  clientOperations: z.int().nonnegative(),
  clientErrors: z.int().nonnegative(),
  /** Arrivals the generator started more than 50 ms late, and the worst lateness. */
  lateArrivals: z.int().nonnegative(),
  worstLatenessMs: z.number().nonnegative(),
  /** Arrivals given up because too many before them were unfinished. */
  droppedArrivals: z.int().nonnegative().optional(),
  /** Times the pulse's lane woke from a second's sleep, those over 50 ms late, and the worst. */
  wakes: z.int().nonnegative().optional(),
  lateWakes: z.int().nonnegative().optional(),
  worstWakeMs: z.number().nonnegative().optional(),
  /** The run ended in the middle of the phase. */
  cut: z.boolean().optional(),
  failedSweeps: z.int().nonnegative().optional(),
  /** Users with an update that fell due, and those of them who had all of theirs committed. */
  usersDue: z.int().nonnegative().optional(),
  usersServed: z.int().nonnegative().optional(),
  /** P&L updates that fell due and were not committed by the end, never planned ones included. */
  pnlUnfinished: z.int().nonnegative().optional(),
  /** Documents that changed between the pulse's read and its write. */
  staleReads: z.int().nonnegative().optional(),
  /** The pulse's commits that met contention, each once; client operations of several tries. */
  contendedCommits: z.int().nonnegative().optional(),
  clientRetries: z.int().nonnegative().optional(),
  listenersEnded: z.int().nonnegative().optional(),
  /** Client operations the users would start in a second, and those the scenario's bound allows. */
  clientsAskedPerSecond: z.number().nonnegative().optional(),
  clientsStartedPerSecond: z.number().nonnegative().optional(),
  /** What the service's own operations in the phase would be billed as, and those of clients and listeners. */
  billed: z.strictObject({ service: billedSchema, clients: billedSchema }).optional(),
  limiterWaitMs: z.number().nonnegative(),
  limiterWaits: z.record(z.string(), z.int().nonnegative()),
  /** How often each failure was seen, of the pulse and of clients; the most frequent ones. */
  failures: z.record(z.string(), z.int().nonnegative()).optional(),
  /** The program that sent the client traffic, where it was not the harness itself. */
  generator: z
    .strictObject({
      name: z.string().min(1),
      processes: z.int().positive(),
      /** Processor time of all of them in the phase; null where the system does not tell. */
      processor: z
        .strictObject({ usedMs: z.number().nonnegative(), overMs: z.number().nonnegative() })
        .nullable(),
      arrivals: z.int().nonnegative(),
      answered: z.int().nonnegative(),
      faults: z.array(z.string()),
    })
    .optional(),
  /** Absent where the limits were off. */
  limits: phaseLimitsSchema.optional(),
  /** Writes a scenario makes past pulse and limiter: due, committed, refused or failed, not begun. */
  direct: z
    .strictObject({
      due: z.int().nonnegative(),
      committed: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      dropped: z.int().nonnegative(),
    })
    .optional(),
  fairness: z.strictObject({
    /** Jain's index of the tenants' mean update latencies: 1 is even. null without samples. */
    jain: z.number().nullable(),
    worstTenant: z.string().nullable(),
    worstTenantP99Ms: z.number().nullable(),
  }),
});
export type Phase = z.infer<typeof phaseSchema>;

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  run: z.strictObject({
    id: z.string().min(1),
    status: z.enum(["complete", "partial"]),
    /** Why it is partial: "interrupted by Ctrl-C", "the emulator died: …". */
    partialReason: z.string().nullable(),
    /** ISO 8601, wall time. */
    startedAt: z.string(),
    finishedAt: z.string(),
    durationMs: z.number(),
    /** The command that repeats the run. */
    command: z.string(),
    seed: z.number(),
    commit: z.string(),
    /** Hash of the scenarios and the recorded market, which are known by their names besides. */
    inputs: z.string().optional(),
    versions: z.record(z.string(), z.string()),
    /** null on a virtual clock: the same run has the same figures on every machine. */
    machine: z
      .strictObject({
        cpus: z.int(),
        cpuModel: z.string(),
        memoryGiB: z.number(),
        loadAverage: z.number(),
      })
      .nullable(),
    /** All options as resolved, defaults included. */
    options: z.record(z.string(), z.unknown()),
    /** Highest resident set of the harness and of the emulator it started; null if not started. */
    harnessPeakMiB: z.number().nullable(),
    targetPeakMiB: z.number().nullable(),
    /** That of the gateway, where it is a process of its own. */
    gatewayPeakMiB: z.number().nullable().optional(),
    /** What a reader should know of how the figures came about: warm-up, bounds, waits. */
    notes: z.array(z.string()).optional(),
  }),
  target: z.strictObject({
    kind: z.enum(["emulator", "embedded", "staging"]),
    description: z.string(),
    reason: z.string(),
    endpoint: z.string(),
    /** Whether production's limits were enforced, only counted, or left out. */
    limits: z.enum(["on", "observe", "off"]),
    /** The location whose latencies were added. */
    latency: z.enum(["off", "us-central1", "nam5"]),
    /** Whether security rules decided about the clients. */
    evaluatesRules: z.boolean(),
    /** Whose measurements some of the model's figures are; absent: all are assumed. */
    calibration: calibrationFacts.optional(),
    /** Figures of the limits and latencies that nobody publishes or has measured, as the model used them. */
    assumed: z
      .array(
        z.strictObject({
          id: z.string(),
          value: z.number(),
          unit: z.string(),
          limits: z.string(),
        }),
      )
      .optional(),
  }),
  population: z.strictObject({
    tenants: z.int(),
    users: z.int(),
    largestTenantUsers: z.int(),
    openTrades: z.int(),
    provisioningMs: z.number(),
  }),
  limiter: z.strictObject({
    strategy: z.string(),
    preset: z.string(),
    config: z.record(z.string(), z.unknown()),
  }),
  verdict,
  /** One sentence a reader can repeat. */
  headline: z.string().min(1),
  /** What broke first, or null when nothing did. */
  brokeFirst: z
    .strictObject({ checkId: z.string(), phase: z.string().nullable(), message: z.string() })
    .nullable(),
  checks: z.array(checkSchema),
  phases: z.array(phaseSchema),
  /** Of a staging run: all its traffic with the database, and what Cloud Monitoring said of it. */
  counted: countedOperationsSchema.optional(),
  monitoring: monitoringEvidenceSchema.optional(),
  histograms: z.array(histogramSchema),
  series: z.array(secondSchema),
});
export type Result = z.infer<typeof resultSchema>;
