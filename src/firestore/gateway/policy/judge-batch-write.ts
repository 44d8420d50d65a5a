import protobuf from "protobufjs/minimal.js";
import { assert } from "../../../std/assert.ts";
import type { Admission, Decision } from "../../admission/admission.ts";
import { FirestoreError } from "../../data/status.ts";
import { ByteReader, LENGTH_DELIMITED, readRemainingFields } from "../../wire/byte-reader.ts";
import { encodeStatusFields } from "../../wire/encode-responses.ts";
import { readWriteRequest } from "../../wire/read-write-request.ts";
import type { WriteRequest } from "../../wire/read-write-request.ts";
import { PASS } from "./policy.ts";
import type { Ruling } from "./policy.ts";

/** Fields of BatchWriteResponse. */
const WRITE_RESULTS = (1 << 3) | LENGTH_DELIMITED;
const STATUS = (2 << 3) | LENGTH_DELIMITED;

/**
 * BatchWrite's writes succeed or fail each by itself: those that are let through go on to the server
 * as a batch of their own, and the refused ones get their status in its answer. BulkWriter backs off
 * by those; an error of the whole call it never sees, its transport retries that.
 * @throws FirestoreError where the message is no BatchWriteRequest
 */
export function judgeBatchWrite(admission: Admission, message: Uint8Array, nowMs: number): Ruling {
  const request = readWriteRequest("batch-write", message);
  const { database, writes } = request;
  if (database === undefined || writes.length === 0) return PASS;
  const requestBytes = message.length;
  const decisions = admission.batchWrite({ database, writes, requestBytes }, nowMs);
  assert(decisions.length === writes.length, "a decision for each write");
  const delayMs = Math.max(...decisions.map((decision) => decision.delayMs));
  const refused = decisions.filter((decision) => decision.kind === "refuse");
  if (refused.length === 0) return { kind: "pass", delayMs };
  const isAllRefused = refused.length === decisions.length;
  return {
    kind: "replace",
    delayMs,
    forward: isAllRefused ? undefined : withoutRefused(message, request, decisions),
    answer: (answer) => mergeAnswer(answer, decisions),
  };
}

/** The request's own bytes, labels and all, less the refused writes. */
function withoutRefused(
  message: Uint8Array,
  { spans }: WriteRequest,
  decisions: readonly Decision[],
): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 0;
  spans.forEach(({ start, end }, index) => {
    if (decisions[index]?.kind !== "refuse") return;
    kept.push(message.subarray(from, start));
    from = end;
  });
  kept.push(message.subarray(from));
  return Buffer.concat(kept);
}

/** Puts the server's results, if any, and the refusals in the order of the request's writes. */
function mergeAnswer(answer: Uint8Array | undefined, decisions: readonly Decision[]): Uint8Array {
  const { results, statuses } = readAnswer(answer ?? new Uint8Array());
  const writer = protobuf.Writer.create();
  let next = 0;
  const places = decisions.map((decision) => (decision.kind === "admit" ? next++ : undefined));
  for (const place of places) {
    const result = place === undefined ? undefined : results[place];
    writer.uint32(WRITE_RESULTS).bytes(result ?? new Uint8Array());
  }
  decisions.forEach((decision, index) => {
    writer.uint32(STATUS);
    if (decision.kind === "admit") writer.bytes(statuses[places[index] ?? 0] ?? new Uint8Array());
    else {
      writer.fork();
      encodeStatusFields(writer, new FirestoreError(decision.code, decision.message));
      writer.ldelim();
    }
  });
  return writer.finish();
}

interface Answer {
  readonly results: readonly Uint8Array[];
  readonly statuses: readonly Uint8Array[];
}

function readAnswer(bytes: Uint8Array): Answer {
  const results: Uint8Array[] = [];
  const statuses: Uint8Array[] = [];
  const reader = new ByteReader(bytes);
  readRemainingFields(reader, (tag) => {
    if (tag === WRITE_RESULTS) results.push(reader.blob());
    else if (tag === STATUS) statuses.push(reader.blob());
    else return false;
    return true;
  });
  return { results, statuses };
}
