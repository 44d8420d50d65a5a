import { STATUS_NUMBERS } from "../../data/status.ts";
import type { StatusCode } from "../../data/status.ts";
import type { HeaderField } from "../http2/hpack-table.ts";

/** How a call ends. */
export interface GrpcStatus {
  readonly code: StatusCode;
  readonly message: string;
  /** More trailers, printable ASCII once encoded: what production does not tell. */
  readonly details?: readonly HeaderField[];
}

const OK: GrpcStatus = { code: "OK", message: "" };
export { OK as OK_STATUS };

export const RESPONSE_HEADERS: readonly HeaderField[] = [
  [":status", "200"],
  ["content-type", "application/grpc"],
];

export function trailersOf({ code, message, details = [] }: GrpcStatus): readonly HeaderField[] {
  const status: HeaderField = ["grpc-status", String(STATUS_NUMBERS[code])];
  const text: readonly HeaderField[] =
    message === "" ? [] : [["grpc-message", encodeStatusText(message)]];
  const more = details.map(([name, value]): HeaderField => [name, encodeStatusText(value)]);
  return [status, ...text, ...more];
}

/**
 * Only bytes outside of printable ASCII and "%" itself are encoded
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): clients in Node decode with
 * decodeURI, which leaves "%2F" as it is, and so a link encoded in full would not work.
 */
export function encodeStatusText(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text;
  return [...Buffer.from(text, "utf8")]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

const NAMES = new Map<number, StatusCode>(
  Object.entries(STATUS_NUMBERS).map(([name, number]) => [number, name as StatusCode]),
);

/** A number that no status has is UNKNOWN, as gRPC has it. */
export function statusOfNumber(number: number): StatusCode {
  return NAMES.get(number) ?? "UNKNOWN";
}
