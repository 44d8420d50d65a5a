import type { WireDescriptor, WireSeries } from "../wire-types.ts";

/** Where the server's answers come from: a project's metrics as they are now. */
export interface MonitoringSource {
  readonly project: string;
  descriptors(): readonly WireDescriptor[];
  /** All series of a metric, with the points that can be seen by now. */
  series(metricType: string): readonly WireSeries[];
}
