import { fromWireTime, type WirePoint, type WireSeries } from "../wire-types.ts";
import { Refusal } from "./refusal.ts";

/** "If `page_size` is empty or more than 100,000 results, the effective `page_size` is 100,000." */
const MOST_POINTS = 100_000;
/** Answers of which further pages can still be asked for. */
const KEPT_ANSWERS = 32;

interface Page {
  readonly series: readonly WireSeries[];
  /** Empty: this was the last. */
  readonly nextPageToken: string;
}

/** Cuts answers into pages of so many points; a series may go on in the next one. */
export class AnswerPages {
  readonly #rests = new Map<string, readonly WireSeries[]>();
  #tokens = 0;

  first(series: readonly WireSeries[], pageSize: number): Page {
    const size = pageSize > 0 ? Math.min(pageSize, MOST_POINTS) : MOST_POINTS;
    const page: WireSeries[] = [];
    let room = size;
    for (const [index, one] of series.entries()) {
      const points = one.points ?? [];
      if (room === 0) return this.#cut(page, series.slice(index));
      page.push({ ...one, points: points.slice(0, room) });
      if (points.length > room) {
        const rest = { ...one, points: points.slice(room) };
        return this.#cut(page, [rest, ...series.slice(index + 1)]);
      }
      room -= points.length;
    }
    return { series: page, nextPageToken: "" };
  }

  next(token: string, pageSize: number): Page {
    const rest = this.#rests.get(token);
    if (rest === undefined) {
      throw new Refusal("INVALID_ARGUMENT", "Field page_token had an invalid value.");
    }
    return this.first(rest, pageSize);
  }

  #cut(series: readonly WireSeries[], rest: readonly WireSeries[]): Page {
    this.#tokens += 1;
    const nextPageToken = `page-${this.#tokens}`;
    this.#rests.set(nextPageToken, rest);
    const [oldest] = this.#rests.keys();
    if (this.#rests.size > KEPT_ANSWERS && oldest !== undefined) this.#rests.delete(oldest);
    return { series, nextPageToken };
  }
}

/** The points that end in an interval, newest first: its start is left out and its end is not. */
export function pointsIn(
  points: readonly WirePoint[],
  startMs: number,
  endMs: number,
): readonly WirePoint[] {
  return points
    .map((point) => ({ point, atMs: fromWireTime(point.interval?.endTime) }))
    .filter(({ atMs }) => atMs > startMs && atMs <= endMs)
    .sort((left, right) => right.atMs - left.atMs)
    .map(({ point }) => point);
}
