import type { WireDescriptor, WireSeries } from "../wire-types.ts";

/** Which points are asked for: those that end after `fromMs` and not after `toMs`. */
export interface SeriesQuestion {
  readonly filter: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SeriesPage {
  readonly series: readonly WireSeries[];
  /** Empty: there are no more. */
  readonly nextPageToken: string;
  /** "Query execution errors that may have caused the time series data returned to be incomplete." */
  readonly executionErrors: readonly string[];
}

export interface DescriptorPage {
  readonly descriptors: readonly WireDescriptor[];
  readonly nextPageToken: string;
}

/** One project's metrics, a page at a time. Rejects with a MonitoringFault. */
export interface MetricReader {
  descriptors(filter: string, pageToken: string): Promise<DescriptorPage>;
  series(question: SeriesQuestion, pageToken: string): Promise<SeriesPage>;
  close(): Promise<void>;
}
