import type { MetricSpec } from "../catalogue/firestore-metrics.ts";
import {
  fromWireTime,
  type WireDistribution,
  type WirePoint,
  type WireSeries,
} from "../wire-types.ts";
import { bucketBounds } from "./bucket-bounds.ts";
import type { Distribution } from "./distribution.ts";
import type { Amount, Point, Remark, SeriesPart } from "./metric-series.ts";
import { unitFactor } from "./unit-factor.ts";

interface ReadParts {
  readonly parts: readonly SeriesPart[];
  readonly remarks: readonly Remark[];
}

/** A value that no metric of its kind can have. */
class Malformed extends Error {}

/**
 * Takes what the service answered at its word only where it is what the metric's description says:
 * kind, type of value, unit and monitored resource. What is not is left out and told.
 */
export function readSeries(
  spec: MetricSpec,
  answer: readonly WireSeries[],
  database: string,
): ReadParts {
  const parts: SeriesPart[] = [];
  const remarks = new Map<string, Remark>();
  const remark = (text: string, spoils: boolean): void => void remarks.set(text, { text, spoils });
  for (const series of answer) {
    const other = otherSubject(spec, series, database);
    if (other !== undefined) {
      remark(`a series ${other} came unasked and is left out`, false);
      continue;
    }
    try {
      parts.push(partOf(spec, series, remark));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      remark(error.message, true);
    }
  }
  return { parts, remarks: [...remarks.values()] };
}

/** What a series is about that was not asked for. */
function otherSubject(
  spec: MetricSpec,
  { metric, resource }: WireSeries,
  database: string,
): string | undefined {
  if (!(metric?.type ?? "").endsWith(`/${spec.name}`)) return `of the metric ${metric?.type ?? ""}`;
  if (resource?.type !== spec.resourceType) return `of the resource ${resource?.type ?? "none"}`;
  const its = resource.labels?.["database_id"];
  return its === undefined || its === database ? undefined : `of the database ${its}`;
}

function partOf(
  spec: MetricSpec,
  series: WireSeries,
  remark: (text: string, spoils: boolean) => void,
): SeriesPart {
  const kind = series.metricKind;
  if (kind !== "DELTA" && kind !== "CUMULATIVE") {
    throw new Malformed(`a series of the kind ${String(kind)}, where DELTA was expected`);
  }
  if (kind === "CUMULATIVE") remark("told as CUMULATIVE, where DELTA was expected: read so", false);
  if (series.valueType !== spec.valueType) {
    throw new Malformed(
      `values of type ${String(series.valueType)}, where ${spec.valueType} was expected`,
    );
  }
  const unit = series.unit ?? "";
  const factor = unitFactor(unit, spec.unit);
  if (factor === undefined) {
    throw new Malformed(`the unit "${unit}", where "${spec.unit}" was expected`);
  }
  if (factor !== 1) remark(`told in "${unit}": turned into "${spec.unit}"`, false);
  return {
    labels: series.metric?.labels ?? {},
    resourceLabels: series.resource?.labels ?? {},
    kind,
    points: (series.points ?? []).map((point) => pointOf(point, factor)),
  };
}

function pointOf({ interval, value }: WirePoint, factor: number): Point {
  const endMs = fromWireTime(interval?.endTime);
  const startMs = fromWireTime(interval?.startTime ?? interval?.endTime);
  if (!(startMs < endMs))
    throw new Malformed("a point whose interval is empty or ends before it starts");
  return { startMs, endMs, value: amountOf(value, factor) };
}

function amountOf(value: WirePoint["value"], factor: number): Amount {
  const distribution = value?.distributionValue;
  if (distribution) return distributionOf(distribution, factor);
  return count(value?.int64Value) * factor;
}

function distributionOf(wire: WireDistribution, factor: number): Distribution {
  const counts = (wire.bucketCounts ?? []).map(count);
  const total = count(wire.count);
  const bounds = bucketBounds(wire.bucketOptions);
  if (bounds === undefined || counts.length > bounds.length + 1) {
    throw new Malformed("a distribution whose buckets do not fit their description");
  }
  if (counts.reduce((sum, one) => sum + one, 0) !== total) {
    throw new Malformed("a distribution whose buckets do not add up to its count");
  }
  return {
    count: total,
    sum: (wire.mean ?? 0) * total * factor,
    buckets: counts.flatMap((number, index) =>
      number === 0
        ? []
        : [
            {
              lower: (bounds[index - 1] ?? -Infinity) * factor,
              upper: (bounds[index] ?? Infinity) * factor,
              count: number,
            },
          ],
    ),
  };
}

/** 64-bit integers come as text. */
function count(value: unknown): number {
  const number = value === null || value === undefined ? Number.NaN : Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Malformed(`a count of ${String(value)}`);
  }
  return number;
}
