import type { Rng } from "../../std/rng.ts";
import type { CapacityModel } from "../capacity/capacity-model.ts";
import type { ModelConstants } from "../capacity/constants.ts";
import { LatencyModel, type LatencyProfile } from "../capacity/latency.ts";
import type { DatabaseName } from "../data/document.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { IndexCatalogue, IndexEntry, QueryPlan } from "../indexes/catalogue.ts";
import type {
  AttemptWeight,
  Decision,
  PreviousFields,
  QueryAttempt,
  ReadAttempt,
  WriteAttempt,
} from "./admission.ts";
import { admissionReport } from "./build-report.ts";
import type { ControlledAdmission, WriteExplanation } from "./controlled-admission.ts";
import { DatabaseState } from "./database-state.ts";
import { explainWrite } from "./explain-write.ts";
import { oversizedRequest, oversizedWrite } from "./hard-limits.ts";
import { HeatRecorder } from "./heat-recorder.ts";
import { HotDocuments } from "./hot-documents.ts";
import { Outcomes } from "./outcomes.ts";
import { chargeQuery } from "./query-load.ts";
import { type AttemptKind, Recorder } from "./recorder.ts";
import type { AdmissionMode, AdmissionReport, HeatMap } from "./report.ts";
import { isTwin } from "./index-name.ts";
import { unindexed } from "./unindexed-query.ts";
import { entriesChanged, Footprints, type WriteFootprint } from "./write-footprint.ts";
import { knownBytes } from "./known-bytes.ts";

export interface CapacityAdmissionOptions {
  readonly catalogue: IndexCatalogue;
  readonly previous: PreviousFields;
  readonly rng: Rng;
  readonly mode: AdmissionMode;
  readonly latency: LatencyProfile;
  readonly startMs: number;
  readonly constants: ModelConstants;
  readonly memoryBytes: number;
  readonly weight?: AttemptWeight | undefined;
}

const AT_ONCE: Decision = { kind: "admit", delayMs: 0 };
/** Databases that are remembered: tests make one each. The one not used for longest goes. */
const MAX_DATABASES = 50;

/** Admission by the capacity model. */
export class CapacityAdmission implements ControlledAdmission {
  readonly #options: CapacityAdmissionOptions;
  readonly #footprints: Footprints;
  readonly #latency: LatencyModel;
  readonly #recorder: Recorder;
  readonly #hot: HotDocuments;
  readonly #heat: HeatRecorder;
  readonly #outcomes: Outcomes;
  /** Last used last. */
  readonly #databases = new Map<string, DatabaseState>();
  #latest: DatabaseState | undefined;
  #mode: AdmissionMode;
  #warmRate = 0;
  #quota = 1;
  #nowMs: number;

  constructor(options: CapacityAdmissionOptions) {
    this.#options = options;
    this.#mode = options.mode;
    this.#footprints = new Footprints(options.catalogue, options.previous);
    this.#latency = new LatencyModel(
      options.latency,
      options.constants,
      options.rng.fork("latency"),
    );
    this.#nowMs = options.startMs;
    this.#recorder = new Recorder(options.startMs);
    this.#heat = new HeatRecorder(options.startMs);
    this.#hot = new HotDocuments(options.constants["document-write-ceiling"]);
    this.#outcomes = new Outcomes({
      recorder: this.#recorder,
      hotDocuments: this.#hot,
      latency: this.#latency,
      constants: options.constants,
      rng: options.rng.fork("refusals"),
    });
  }

  get mode(): AdmissionMode {
    return this.#mode;
  }

  setMode(mode: AdmissionMode): void {
    this.#mode = mode;
  }

  commit(attempt: WriteAttempt, nowMs: number): Decision {
    if (this.#mode === "off") return AT_ONCE;
    const state = this.#begin("commit", attempt.database, nowMs);
    this.#recorder.writes.attempted += attempt.writes.length;
    const decision = this.#oversized(state, attempt) ?? this.#commit(state, attempt);
    if (decision.kind === "refuse") this.#recorder.refusedAttempts.commit += 1;
    return this.#enforced(decision);
  }

  batchWrite(attempt: WriteAttempt, nowMs: number): readonly Decision[] {
    if (this.#mode === "off") return attempt.writes.map(() => AT_ONCE);
    const state = this.#begin("batchWrite", attempt.database, nowMs);
    this.#recorder.writes.attempted += attempt.writes.length;
    const whole = this.#oversized(state, attempt);
    const bytesEach = attempt.requestBytes / attempt.writes.length;
    const decisions = attempt.writes.map(
      (write) => whole ?? this.#commit(state, { writes: [write], requestBytes: bytesEach }),
    );
    if (decisions.some(({ kind }) => kind === "refuse")) {
      this.#recorder.refusedAttempts.batchWrite += 1;
    }
    return decisions.map((decision) => this.#enforced(decision));
  }

  query(attempt: QueryAttempt, nowMs: number): Decision {
    if (this.#mode === "off") return AT_ONCE;
    const kind = attempt.listen === true ? "listen" : "query";
    const state = this.#begin(kind, attempt.database, nowMs);
    const decision = this.#query(state, attempt);
    if (decision.kind === "refuse") this.#recorder.refusedAttempts[kind] += 1;
    return this.#enforced(decision);
  }

  read(attempt: ReadAttempt, nowMs: number): Decision {
    if (this.#mode === "off") return AT_ONCE;
    const kind = attempt.listen === true ? "listen" : "read";
    const state = this.#begin(kind, attempt.database, nowMs);
    const { weight } = this.#options;
    let queueMs = 0;
    let refused = false;
    for (const path of attempt.paths) {
      if (weight !== undefined) state.model.weight = weight.ofDocument(path);
      const waitMs = state.model.read(state.model.documentSpace(path, nowMs), path, nowMs);
      if (waitMs < 0) {
        // What is in the way is told of the last read that was tried.
        refused = true;
        break;
      }
      queueMs = Math.max(queueMs, waitMs);
    }
    const decision = refused
      ? this.#outcomes.refuseRead(state, this.#nowMs)
      : this.#outcomes.admit(queueMs, this.#readLatency(state, attempt));
    if (refused) this.#recorder.refusedAttempts[kind] += 1;
    return this.#enforced(decision);
  }

  #readLatency(state: DatabaseState, { paths }: ReadAttempt): number {
    const { constants, previous } = this.#options;
    // Where nobody pays for bytes they are not counted.
    const isFree = constants["read-per-kib"] === 0;
    return this.#latency.read(paths.length, isFree ? 0 : knownBytes(state, previous, paths));
  }

  resetCounters(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    this.#recorder.clear(this.#nowMs);
    this.#heat.clear(this.#nowMs);
    this.#hot.clear();
    for (const { model } of this.#databases.values()) model.rest(this.#nowMs);
  }

  reset(nowMs: number, options: { readonly warmToWritesPerSecond?: number } = {}): void {
    this.#databases.clear();
    this.#latest = undefined;
    this.#warmRate = options.warmToWritesPerSecond ?? 0;
    this.#quota = 1;
    this.resetCounters(nowMs);
  }

  warm(writesPerSecond: number): void {
    this.#warmRate = writesPerSecond;
    for (const { model } of this.#databases.values()) model.warm(writesPerSecond, this.#nowMs);
  }

  cool(): void {
    this.warm(0);
  }

  setQuota(share: number): void {
    this.#quota = share;
    for (const { model } of this.#databases.values()) cutTo(model, share);
  }

  report(nowMs: number): AdmissionReport {
    return admissionReport({
      mode: this.#mode,
      latencyProfile: this.#latency.profile,
      recorder: this.#recorder,
      hotDocuments: this.#hot,
      databases: [...this.#databases.values()],
      constants: this.#options.constants,
      nowMs: Math.max(nowMs, this.#nowMs),
    });
  }

  heat(nowMs: number): HeatMap {
    return this.#heat.map(this.#databases.values(), Math.max(nowMs, this.#nowMs));
  }

  explain(attempt: WriteAttempt, nowMs: number): WriteExplanation {
    const state = this.#database(attempt.database);
    const now = Math.max(nowMs, this.#nowMs);
    const footprints = this.#footprints.of(state, attempt, Timestamp.fromMillis(now));
    return explainWrite(state, footprints, now);
  }

  #begin(kind: AttemptKind, database: DatabaseName, nowMs: number): DatabaseState {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    if (this.#heat.isDue(this.#nowMs)) this.#heat.record(this.#databases.values(), this.#nowMs);
    this.#recorder.attempts[kind] += 1;
    return this.#database(database);
  }

  #oversized(state: DatabaseState, { requestBytes, writes }: WriteAttempt): Decision | undefined {
    const hard = oversizedRequest(requestBytes);
    if (hard === undefined) return undefined;
    return this.#outcomes.refuseHard(state, hard, writes.length, this.#nowMs);
  }

  #database(name: DatabaseName): DatabaseState {
    // Who has one database names it by one object.
    if (this.#latest?.name === name) return this.#latest;
    const key = `${name.projectId}/${name.databaseId}`;
    const known = this.#databases.get(key);
    if (known !== undefined) return this.#used(known);
    const { constants, rng, memoryBytes, weight } = this.#options;
    const seed = rng.fork(key).integer(1, 0x7fff_ffff);
    const state = new DatabaseState(name, constants, {
      seed,
      memoryBytes,
      usualWeight: weight?.usual ?? 1,
    });
    if (this.#warmRate > 0) state.model.warm(this.#warmRate, this.#nowMs);
    cutTo(state.model, this.#quota);
    const [oldest] = this.#databases.keys();
    if (this.#databases.size >= MAX_DATABASES && oldest !== undefined) {
      this.#databases.delete(oldest);
    }
    this.#databases.set(key, state);
    this.#latest = state;
    return state;
  }

  /** Puts it behind all others. */
  #used(state: DatabaseState): DatabaseState {
    if (this.#latest === state) return state;
    this.#databases.delete(state.key);
    this.#databases.set(state.key, state);
    this.#latest = state;
    return state;
  }

  #commit(state: DatabaseState, attempt: Omit<WriteAttempt, "database">): Decision {
    const { writes, requestBytes } = attempt;
    const nowMs = this.#nowMs;
    const footprints = this.#footprints.of(state, attempt, Timestamp.fromMillis(nowMs));
    const hard = oversizedWrite(footprints, requestBytes);
    if (hard !== undefined) return this.#outcomes.refuseHard(state, hard, writes.length, nowMs);
    state.model.begin(nowMs);
    const { weight } = this.#options;
    for (const footprint of footprints) {
      if (weight !== undefined) state.model.weight = weight.ofDocument(footprint.path);
      chargeWrite(state, footprint, nowMs);
    }
    const queueMs = state.model.decide();
    if (queueMs >= 0 || this.#mode === "observe") {
      this.#footprints.remember(state, footprints, requestBytes / writes.length);
    }
    if (queueMs < 0) return this.#outcomes.refuseWrites(state, writes.length, nowMs);
    const indexEntries = entriesChanged(footprints);
    const size = { documents: writes.length, indexEntries, bytes: requestBytes };
    return this.#outcomes.admitWrites(state, queueMs, size, nowMs);
  }

  #query(state: DatabaseState, { query, aggregated }: QueryAttempt): Decision {
    const nowMs = this.#nowMs;
    const plan = this.#options.catalogue.plan(query, state.name.projectId, aggregated);
    if (plan.kind === "missing") return this.#refuseUnindexed(state, plan);
    const deletedRowMs = this.#options.constants["deleted-row-read"];
    const { weight } = this.#options;
    if (weight !== undefined) state.model.weight = weight.ofQuery(query);
    const waitMs = chargeQuery(state, query, plan.indexes, { nowMs, deletedRowMs });
    if (waitMs < 0) return this.#outcomes.refuseRead(state, nowMs);
    return this.#outcomes.admit(waitMs, this.#latency.query(plan.merged));
  }

  #refuseUnindexed(state: DatabaseState, plan: Extract<QueryPlan, { kind: "missing" }>): Decision {
    const { message, json } = plan;
    const { collectionGroup } = plan.index;
    this.#recorder.missingIndex({ database: state.key, collectionGroup, message, json });
    return this.#outcomes.refuse(state, unindexed(plan, this.#latency.read()), this.#nowMs);
  }

  #enforced(decision: Decision): Decision {
    return this.#mode === "on" ? decision : AT_ONCE;
  }
}

function chargeWrite(state: DatabaseState, footprint: WriteFootprint, nowMs: number): void {
  const { model } = state;
  const { path, document, created, changes } = footprint;
  if (created === 1) model.newDocument(model.documentSpace(path, nowMs), path);
  else model.document(state.document(path, nowMs, document), created);
  chargeRows(state, footprint, changes.removed, -1, nowMs);
  chargeRows(state, footprint, changes.inserted, 1, nowMs);
  model.endWrite();
}

/**
 * A field's descending index holds the rows of its ascending one in the opposite order, and has the
 * same load at the other end: where both change, one stands for both.
 */
function chargeRows(
  state: DatabaseState,
  { path }: WriteFootprint,
  entries: readonly IndexEntry[],
  created: 1 | -1,
  nowMs: number,
): void {
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index] as IndexEntry;
    const space = state.spaceOf(entry, path, nowMs);
    state.model.rowAt(space, state.prefixOf(entry, path), entry, created);
    if (created < 0) state.model.rowDeletedAt(state.placeOf(entry));
    if (isTwin(entry, entries[index + 1])) {
      space.copies = 2;
      index += 1;
    }
  }
}

function cutTo({ rates, locks }: CapacityModel, share: number): void {
  rates.quota = share;
  locks.quota = share;
}
