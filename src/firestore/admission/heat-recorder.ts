import type { KeyRange } from "../capacity/key-range.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import type { DatabaseState } from "./database-state.ts";
import type { HeatMap } from "./report.ts";
import { readableKey } from "./subject-name.ts";

/** Key Visualizer's cells are of ten seconds, and it shows a thousand key ranges (firestore-facts 5). */
const CELL_MS = 10_000;
const MAX_ROWS = 1000;
/** An hour. */
const MAX_CELLS = 360;

interface HeatRow {
  readonly database: string;
  readonly space: KeySpace;
  readonly start: string;
  end: string | undefined;
  /** Sparse, by the number of the cell since the beginning. */
  readonly cells: Map<number, number>;
  total: number;
}

/** Operations over time by key range. Filled when a cell ends: nothing of it is on the way of a write. */
export class HeatRecorder {
  #startMs: number;
  #cellEndMs: number;
  #rows = new Map<string, HeatRow>();
  /** The most that there were beyond `MAX_ROWS` at the end of any cell. */
  #dropped = 0;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
    this.#cellEndMs = nowMs + CELL_MS;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#cellEndMs;
  }

  clear(nowMs: number): void {
    this.#startMs = nowMs;
    this.#cellEndMs = nowMs + CELL_MS;
    this.#rows.clear();
    this.#dropped = 0;
  }

  /** Takes down the cell that has ended. */
  record(databases: Iterable<DatabaseState>, nowMs: number): void {
    const cell = Math.round((this.#cellEndMs - this.#startMs) / CELL_MS) - 1;
    for (const database of databases) {
      for (const space of database.model.spaces()) {
        for (const range of space.ranges) this.#take(database.key, space, range, cell);
      }
    }
    this.#forgetBefore(cell - MAX_CELLS + 1);
    const passed = Math.floor((nowMs - this.#cellEndMs) / CELL_MS) + 1;
    this.#cellEndMs += passed * CELL_MS;
  }

  #take(database: string, space: KeySpace, range: KeyRange, cell: number): void {
    const operations = Math.round(range.operations - range.heatMark);
    range.heatMark = range.operations;
    if (operations <= 0) return;
    const key = `${database} ${space.kind} ${space.name} ${range.start}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { database, space, start: range.start, end: undefined, cells: new Map(), total: 0 };
      this.#rows.set(key, row);
    }
    row.end = space.endOf(range);
    row.cells.set(cell, operations);
    row.total += operations;
  }

  #forgetBefore(firstCell: number): void {
    for (const [key, row] of this.#rows) {
      for (const [cell, operations] of row.cells) {
        if (cell >= firstCell) break;
        row.cells.delete(cell);
        row.total -= operations;
      }
      if (row.cells.size === 0) this.#rows.delete(key);
    }
    if (this.#rows.size <= MAX_ROWS) return;
    const hottest = [...this.#rows].sort(([, left], [, right]) => right.total - left.total);
    this.#dropped = Math.max(this.#dropped, hottest.length - MAX_ROWS);
    this.#rows = new Map(hottest.slice(0, MAX_ROWS));
  }

  map(databases: Iterable<DatabaseState>, nowMs: number): HeatMap {
    if (this.isDue(nowMs)) this.record(databases, nowMs);
    const end = Math.round((this.#cellEndMs - this.#startMs) / CELL_MS) - 1;
    const first = Math.max(0, end - MAX_CELLS);
    this.#forgetBefore(first);
    const rows = [...this.#rows.values()].sort(byPlace);
    return {
      version: 1,
      cellMs: CELL_MS,
      startMonotonicMs: this.#startMs + first * CELL_MS,
      cells: end - first,
      ranges: rows.map((row) => ({
        database: row.database,
        kind: row.space.kind,
        space: row.space.name,
        from: row.start === "" ? null : readableKey(row.space, row.start),
        to: row.end === undefined ? null : readableKey(row.space, row.end),
        operations: Array.from({ length: end - first }, (_, at) => row.cells.get(first + at) ?? 0),
      })),
      rangesNotListed: this.#dropped,
    };
  }
}

function byPlace(left: HeatRow, right: HeatRow): number {
  const place = (row: HeatRow): string =>
    `${row.database}\0${row.space.kind}\0${row.space.name}\0${row.start}`;
  return place(left) < place(right) ? -1 : 1;
}
