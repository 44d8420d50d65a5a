import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { CapacityModel, LoadedQueue, Obstacle } from "../capacity/capacity-model.ts";
import { KeyRange } from "../capacity/key-range.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import { type LimitId, LIMITS } from "../limits/limits.ts";
import type { ProductionErrorId } from "../limits/production-errors.ts";
import type { Refusal } from "./admission.ts";
import { queueName, rate, spaceOf } from "./subject-name.ts";

/** What production would say to the obstacle, and what it would not. */
export interface ObstacleRefusal {
  readonly error: ProductionErrorId;
  /** How long it keeps the client waiting before it refuses. */
  readonly waitedMs: number;
  readonly refusal: Refusal;
}

export interface RefusalContext {
  readonly model: CapacityModel;
  readonly rng: Rng;
  /** Of what ranges shed, the part that is ABORTED. */
  readonly abortedPart: number;
  readonly rangePatienceMs: number;
}

export function refuseWrite(
  obstacle: Obstacle,
  context: RefusalContext,
  nowMs: number,
): ObstacleRefusal {
  switch (obstacle.kind) {
    case "document":
      return documentRefusal(obstacle, context.model, nowMs);
    case "queue": {
      const aborted = context.rng.chance(context.abortedPart);
      return {
        error: aborted ? "too-much-contention" : "ramp-exceeded",
        waitedMs: 0,
        refusal: queueRefusal(obstacle, context.rangePatienceMs, nowMs),
      };
    }
    case "deadline":
      return {
        error: "deadline-exceeded",
        waitedMs: LIMITS["rpc-deadline"].value,
        refusal: deadlineRefusal(obstacle, nowMs),
      };
  }
}

export function refuseRead(
  obstacle: Obstacle,
  { rangePatienceMs }: RefusalContext,
  nowMs: number,
): ObstacleRefusal {
  assert(obstacle.kind !== "document", "a read takes no document's lock");
  return {
    error: "quota-exhausted",
    waitedMs: 0,
    refusal: queueRefusal(obstacle, rangePatienceMs, nowMs),
  };
}

/** In whole milliseconds, so that it still holds when it has been rounded. */
function passesAt({ passesInMs }: Obstacle, nowMs: number): number | null {
  return passesInMs === Infinity ? null : Math.ceil(nowMs + passesInMs);
}

function documentRefusal(
  obstacle: Extract<Obstacle, { kind: "document" }>,
  model: CapacityModel,
  nowMs: number,
): ObstacleRefusal {
  const { locks } = model;
  const { document, waitMs } = obstacle;
  const path = model.keyOf(document);
  const offered = locks.rate(document, nowMs);
  return {
    error: "too-much-contention",
    waitedMs: locks.patienceMs,
    refusal: {
      limit: "document-writes",
      subject: `document ${path}`,
      subjectKind: "document",
      explanation:
        `document ${path} is offered ${rate(offered)} writes/s; one document takes about ` +
        `${rate(locks.ceilingRate)}/s and waits from ${rate(locks.onsetRate)}/s on. Its lock would be free in ` +
        `${Math.round(waitMs)} ms, and commits wait ${locks.patienceMs} ms at most. Write it less often, or spread the ` +
        "value over several documents (shards) and add them up when reading.",
      passesAtMs: passesAt(obstacle, nowMs),
    },
  };
}

function queueRefusal(
  obstacle: Exclude<Obstacle, { kind: "document" }>,
  patienceMs: number,
  nowMs: number,
): Refusal {
  const { queue, waitMs } = obstacle;
  const space = spaceOf(queue);
  const limit = limitOf(queue);
  const subject = queueName(queue);
  const offered = queue.offeredRate(nowMs);
  const allowed = queue.servedRate(nowMs);
  const met =
    `${subject} is offered ${rate(offered)} operations/s and serves ${rate(allowed)}/s now; ` +
    `what arrives would wait ${Math.round(waitMs)} ms, and ${patienceMs} ms is the most.`;
  return {
    limit,
    subject,
    subjectKind: space.kind === "index" ? "index-range" : "collection",
    explanation: `${met} ${remedy(limit, minutesToServe(space, offered, allowed))}`,
    passesAtMs: passesAt(obstacle, nowMs),
  };
}

type QueueLimit = Extract<LimitId, "ramp-start" | "sequential-index" | "sequential-documents">;

/** Which of the published limits the range comes to, by what is known now. */
export function limitOf(queue: LoadedQueue): QueueLimit {
  const space = spaceOf(queue);
  if (!(queue instanceof KeyRange) || !space.isSequential(queue)) return "ramp-start";
  return space.kind === "index" ? "sequential-index" : "sequential-documents";
}

function remedy(limit: QueueLimit, minutes: number): string {
  switch (limit) {
    case "ramp-start":
      return (
        "A new range takes 500/s and 50% more every 5 minutes: ramp up that way, or spread the burst" +
        (minutes > 0
          ? `; at this load it will have been split enough in about ${minutes} min.`
          : ".")
      );
    case "sequential-index":
      return (
        "Its newest keys lie all at one end, so no split will ever help: exempt the field from indexing " +
        '("indexes": []) and take it out of composites, or put a shard field before it.'
      );
    case "sequential-documents":
      return "Its newest document IDs lie all at one end, so no split will ever help: use IDs that scatter, as automatic ones do.";
  }
}
/** Minutes until ranges that grow by 50% in five serve the load. */
function minutesToServe(space: KeySpace, offered: number, allowed: number): number {
  if (offered <= allowed) return 0;
  return Math.ceil(Math.log(offered / allowed) / space.rates.growth / 60_000);
}

function deadlineRefusal(
  obstacle: Extract<Obstacle, { kind: "deadline" | "queue" }>,
  nowMs: number,
): Refusal {
  const { queue, waitMs } = obstacle;
  const subject = queueName(queue);
  return {
    limit: "rpc-deadline",
    subject,
    subjectKind: spaceOf(queue).kind === "index" ? "index-range" : "collection",
    explanation: `The commit's work on ${subject} would take ${Math.round(waitMs)} ms, and a call has ${LIMITS["rpc-deadline"].value} ms. Commit fewer documents at once.`,
    passesAtMs: passesAt(obstacle, nowMs),
  };
}
