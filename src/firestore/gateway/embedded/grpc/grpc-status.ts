import { FirestoreError, STATUS_NUMBERS } from "../../../data/status.ts";

export interface GrpcTrailers {
  readonly "grpc-status": string;
  readonly "grpc-message"?: string;
}

export const OK_TRAILERS: GrpcTrailers = { "grpc-status": "0" };

export function trailersOf({ code, message }: FirestoreError): GrpcTrailers {
  const status = { "grpc-status": String(STATUS_NUMBERS[code]) };
  return message === "" ? status : { ...status, "grpc-message": percentEncoded(message) };
}

/**
 * As gRPC's protocol has it: bytes outside of space to "~", and "%". No more, since clients do not
 * decode everything that encodeURIComponent encodes.
 */
function percentEncoded(message: string): string {
  let encoded = "";
  for (const byte of Buffer.from(message)) {
    encoded +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
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
