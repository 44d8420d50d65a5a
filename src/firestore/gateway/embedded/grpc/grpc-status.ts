import { FirestoreError } from "../../../data/status.ts";
import { OK_STATUS, trailersOf, type GrpcStatus } from "../../grpc/status.ts";
import { RefusedError } from "../service/refused-error.ts";

export type GrpcTrailers = Readonly<Record<string, string>>;

export const OK_TRAILERS = trailersOfStatus(OK_STATUS);

export function trailersOfError(error: FirestoreError): GrpcTrailers {
  return trailersOfStatus(error instanceof RefusedError ? error.status : error);
}

function trailersOfStatus(status: GrpcStatus): GrpcTrailers {
  return Object.fromEntries(trailersOf(status));
}

const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 } as const;

/** Node's timers hold no longer than this; a deadline beyond it is none. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Milliseconds of a `grpc-timeout` header; undefined: no deadline. @throws FirestoreError */
export function parseTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = TIMEOUT.exec(header);
  if (match === null) throw new FirestoreError("INTERNAL", `Bad grpc-timeout: "${header}".`);
  const timeoutMs = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return timeoutMs > LONGEST_TIMEOUT_MS ? undefined : timeoutMs;
}
