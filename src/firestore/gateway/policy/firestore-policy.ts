import { assert } from "../../../std/assert.ts";
import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import type { Admission } from "../../admission/admission.ts";
import { FirestoreError } from "../../data/status.ts";
import { LIMITS } from "../../limits/limits.ts";
import { PRODUCTION_ERRORS } from "../../limits/production-errors.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import { DECIDED_METHODS, methodOf } from "./firestore-methods.ts";
import { judgeBatchWrite } from "./judge-batch-write.ts";
import { judgeListen } from "./judge-listen.ts";
import { createJudges } from "./judges.ts";
import type { Judge } from "./judges.ts";
import { PASS } from "./policy.ts";
import type { Policy, Ruling } from "./policy.ts";
import { statusOf } from "./refusal-status.ts";

/** The official emulator takes no larger message, on gRPC or REST (firestore-facts section 7). */
export const EMULATOR_MESSAGE_BYTES_MAX = 4_194_304;

export interface FirestorePolicyOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly admission: Admission;
  /** Told of a fault of ours in deciding; the client gets INTERNAL, and the next call its decision. */
  readonly onFault: (error: unknown) => void;
  /** Whether nothing is decided at present, so that nothing need be read. */
  readonly isIdle?: () => boolean;
  /** The longest message that the server behind takes. */
  readonly serverMessageBytesMax: number;
}

/** Decides over Firestore's calls as the admission does. */
export function createFirestorePolicy(options: FirestorePolicyOptions): Policy {
  const { clock, admission, onFault, serverMessageBytesMax, isIdle = () => false } = options;
  const judges = createJudges(options.rng);
  return {
    largestMessageBytes: serverMessageBytesMax,
    shapeOf: (path) => DECIDED_METHODS.get(methodOf(path)),
    decide: (path, message) => {
      if (isIdle()) return PASS;
      try {
        return decide(judges, admission, methodOf(path), message, clock.monotonicMs());
      } catch (error) {
        onFault(error);
        return FAULT;
      }
    },
    tooLarge: (path, bytes) => tooLarge(methodOf(path), bytes, serverMessageBytesMax),
  };
}

const FAULT: Ruling = {
  kind: "refuse",
  delayMs: 0,
  status: {
    code: "INTERNAL",
    message: "Plimsoll: a fault of the gateway itself; its output says more.",
  },
};

function decide(
  judges: ReadonlyMap<string, Judge>,
  admission: Admission,
  method: string,
  message: Uint8Array,
  nowMs: number,
): Ruling {
  try {
    if (method === "BatchWrite") return judgeBatchWrite(admission, message, nowMs);
    if (method === "Listen") return judgeListen(admission, message, nowMs);
    const judge = judges.get(method);
    assert(judge !== undefined, `no judge for ${method}`);
    const decision = judge(admission, message, nowMs);
    if (decision === undefined) return PASS;
    const { delayMs } = decision;
    if (decision.kind === "admit") return { kind: "pass", delayMs };
    return { kind: "refuse", delayMs, status: statusOf(decision) };
  } catch (error) {
    // What cannot be read is for the server behind to refuse, in its own words.
    if (error instanceof FirestoreError) return PASS;
    throw error;
  }
}

/**
 * Beyond 10 MiB production refuses too. Between the emulator's limit and that, the emulator would
 * answer RESOURCE_EXHAUSTED, which client libraries retry for ten minutes: a code that they do not
 * retry says at once what is wrong.
 */
function tooLarge(method: string, bytes: number, serverBytesMax: number): GrpcStatus {
  const limitBytes = LIMITS["request-size"].value;
  if (bytes <= limitBytes) {
    return {
      code: "UNIMPLEMENTED",
      message:
        `Plimsoll: a request of ${bytes} bytes is within production's ${limitBytes}, but the ` +
        `emulator behind this gateway takes no more than ${serverBytesMax}. Send it in smaller ` +
        "parts, or start the gateway with --backend embedded.",
    };
  }
  const { code, text } = PRODUCTION_ERRORS["request-too-large"];
  const explanation = `A request of ${bytes} bytes; ${limitBytes} are allowed. Send it in parts.`;
  const refusal = {
    limit: "request-size",
    subject: `${method} request`,
    subjectKind: "request",
    explanation,
    passesAtMs: null,
  } as const;
  return statusOf({ kind: "refuse", delayMs: 0, code, message: text, refusal });
}
