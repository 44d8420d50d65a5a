import type { protos } from "@google-cloud/monitoring";

/** Messages of google.monitoring.v3 and google.api, as the client library's types have them. */
export type WireSeries = protos.google.monitoring.v3.ITimeSeries;
export type WirePoint = protos.google.monitoring.v3.IPoint;
export type WireDescriptor = protos.google.api.IMetricDescriptor;
export type WireDistribution = protos.google.api.IDistribution;
type WireTime = protos.google.protobuf.ITimestamp;

export function toWireTime(atMs: number): WireTime {
  const seconds = Math.floor(atMs / 1000);
  return { seconds, nanos: Math.round((atMs - seconds * 1000) * 1e6) };
}

/** Milliseconds since 1970 UTC; NaN where there is no time. */
export function fromWireTime(time: WireTime | null | undefined): number {
  if (time === null || time === undefined) return Number.NaN;
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
