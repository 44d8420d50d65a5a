import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { CapacityModel, Obstacle } from "../capacity/capacity-model.ts";
import type { KeyRange } from "../capacity/key-range.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import { type LimitId, LIMITS } from "../limits/limits.ts";
import type { ProductionErrorId } from "../limits/production-errors.ts";
import type { Refusal } from "./admission.ts";
import { rangeName, rate } from "./subject-name.ts";

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
      return documentRefusal(obstacle.document, obstacle.waitMs, context.model, nowMs);
    case "range": {
      const aborted = context.rng.chance(context.abortedPart);
      return {
        error: aborted ? "too-much-contention" : "ramp-exceeded",
        waitedMs: 0,
        refusal: rangeRefusal(obstacle, context.rangePatienceMs, nowMs),
      };
    }
    case "deadline":
      return {
        error: "deadline-exceeded",
        waitedMs: LIMITS["rpc-deadline"].value,
        refusal: deadlineRefusal(obstacle.range, obstacle.waitMs),
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
    refusal: rangeRefusal(obstacle, rangePatienceMs, nowMs),
  };
}

function documentRefusal(
  document: number,
  waitMs: number,
  model: CapacityModel,
  nowMs: number,
): ObstacleRefusal {
  const { locks } = model;
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
      passesAtMs: nowMs + waitMs - locks.patienceMs,
    },
  };
}

function rangeRefusal(
  { range, waitMs }: { readonly range: KeyRange; readonly waitMs: number },
  patienceMs: number,
  nowMs: number,
): Refusal {
  const space = range.owner as KeySpace;
  const sequential = space.isSequential(range);
  const subject = rangeName(space, range);
  const offered = range.offeredRate(nowMs);
  const allowed = range.allowedRate(nowMs);
  const met =
    `${subject} is offered ${rate(offered)} operations/s and serves ${rate(allowed)}/s now; ` +
    `what arrives would wait ${Math.round(waitMs)} ms, and ${patienceMs} ms is the most.`;
  return {
    limit: limitOf(space, sequential),
    subject,
    subjectKind: space.kind === "index" ? "index-range" : "collection",
    explanation: `${met} ${remedy(space, sequential, minutesToServe(space, offered, allowed))}`,
    passesAtMs: nowMs + Math.max(range.serviceMs, waitMs - patienceMs),
  };
}

export function limitOf(space: KeySpace, sequential: boolean): LimitId {
  if (!sequential) return "ramp-start";
  return space.kind === "index" ? "sequential-index" : "sequential-documents";
}

function remedy(space: KeySpace, sequential: boolean, minutes: number): string {
  if (!sequential) {
    return (
      "A new range takes 500/s and 50% more every 5 minutes: ramp up that way, or spread the burst" +
      (minutes > 0 ? `; at this load it will have been split enough in about ${minutes} min.` : ".")
    );
  }
  if (space.kind === "index") {
    return (
      "Its newest keys lie all at one end, so no split will ever help: exempt the field from indexing " +
      '("indexes": []) and take it out of composites, or put a shard field before it.'
    );
  }
  return "Its newest document IDs lie all at one end, so no split will ever help: use IDs that scatter, as automatic ones do.";
}

/** Minutes until ranges that grow by 50% in five serve the load. */
function minutesToServe(space: KeySpace, offered: number, allowed: number): number {
  if (offered <= allowed) return 0;
  return Math.ceil(Math.log(offered / allowed) / space.rates.growth / 60_000);
}

function deadlineRefusal(range: KeyRange, waitMs: number): Refusal {
  const space = range.owner as KeySpace;
  const subject = rangeName(space, range);
  return {
    limit: "rpc-deadline",
    subject,
    subjectKind: space.kind === "index" ? "index-range" : "collection",
    explanation: `The commit's work on ${subject} would take ${Math.round(waitMs)} ms, and a call has ${LIMITS["rpc-deadline"].value} ms. Commit fewer documents at once.`,
    passesAtMs: null,
  };
}
