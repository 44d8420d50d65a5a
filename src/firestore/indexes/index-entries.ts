import { collectionOf, lastSegment } from "../data/document-path.ts";
import { getField } from "../data/map-fields.ts";
import { ShapedMap } from "../data/shaped-map.ts";
import type { ArrayValue, MapValue, Value } from "../data/value.ts";
import { isArray, isMap, isVector, vectorOf } from "../data/value-type.ts";
import { valuesIdentical } from "../data/values-identical.ts";
import type { EntryChanges, IndexEntry } from "./catalogue.ts";
import { Entry, KeyedName, KeyedValue } from "./entry.ts";
import { GroupPlan, type CompositePlan, type FieldPlan, type RowPlan } from "./entry-plan.ts";
import type { IndexFile } from "./index-file.ts";
import { sameKey } from "./same-key.ts";
import { SingleFields } from "./single-fields.ts";
import { ascendingKey } from "./value-key.ts";

/** Collection groups whose plans are kept. Past this many all are forgotten. */
const MOST_GROUPS = 10_000;

interface Rows {
  readonly removed: IndexEntry[];
  readonly inserted: IndexEntry[];
}

const NO_CHANGES: EntryChanges = { removed: [], inserted: [] };

/** Which rows a document has in the indexes, and which of them a write changes. */
export class IndexEntries {
  readonly #file: IndexFile;
  readonly #singleFields: SingleFields;
  readonly #plans = new Map<string, GroupPlan>();
  #lastPlan: GroupPlan | undefined;
  #writes = 0;

  constructor(file: IndexFile) {
    this.#file = file;
    this.#singleFields = new SingleFields(file);
  }

  changes(
    path: string,
    before: MapValue | undefined,
    after: MapValue | undefined,
    collectionId = lastSegment(collectionOf(path)),
  ): EntryChanges {
    if (before === after) return NO_CHANGES;
    const plan = this.#planOf(collectionId);
    if (before !== undefined && after !== undefined && plan.isUntouched(before, after)) {
      return NO_CHANGES;
    }
    const walk = new Walk(plan, path, (this.#writes += 1));
    if (before === undefined || after === undefined) {
      for (const composite of plan.composites) walk.touch(composite);
    }
    walk.compareMaps(before, after, undefined);
    for (const composite of walk.touched) walk.compareComposite(composite, before, after);
    return walk.rows;
  }

  countEntries(path: string, fields: MapValue): number {
    const plan = this.#planOf(lastSegment(collectionOf(path)));
    let count = countFields(plan, fields, undefined);
    for (const { columns } of plan.composites) count += rowsOf(columns, fields).length;
    return count;
  }

  /** How the documents of a collection group are indexed. */
  #planOf(group: string): GroupPlan {
    const last = this.#lastPlan;
    if (last !== undefined && last.group === group && !last.isFull) return last;
    let plan = this.#plans.get(group);
    if (plan === undefined || plan.isFull) {
      if (this.#plans.size >= MOST_GROUPS) this.#plans.clear();
      plan = new GroupPlan(group, this.#file, this.#singleFields);
      this.#plans.set(group, plan);
    }
    this.#lastPlan = plan;
    return plan;
  }
}

/** One write's way through the fields of a document before and after it. */
class Walk {
  readonly rows: Rows = { removed: [], inserted: [] };
  readonly touched: CompositePlan[] = [];
  readonly #plan: GroupPlan;
  readonly #collection: string;
  readonly #name: KeyedName;
  readonly #write: number;

  constructor(plan: GroupPlan, path: string, write: number) {
    this.#plan = plan;
    this.#collection = collectionOf(path);
    this.#name = new KeyedName(path);
    this.#write = write;
  }

  touch(composite: CompositePlan): void {
    if (composite.lastWrite === this.#write) return;
    composite.lastWrite = this.#write;
    this.touched.push(composite);
  }

  /** The fields of one map; `owner` is the field it is in, undefined at the top. */
  compareMaps(
    before: MapValue | undefined,
    after: MapValue | undefined,
    owner: FieldPlan | undefined,
  ): void {
    const plan = this.#plan;
    if (before === undefined && owner === undefined && after instanceof ShapedMap) {
      const fields = plan.fieldsOf(after.shape);
      for (let slot = 0; slot < fields.length; slot += 1) {
        this.#add(fields[slot] as FieldPlan, after.slots[slot] as Value, this.rows.inserted);
      }
      return;
    }
    if (after !== undefined) {
      for (const [name, value] of after) {
        const previous = before?.get(name);
        if (previous === undefined) this.#add(plan.field(name, owner), value, this.rows.inserted);
        else if (!valuesIdentical(previous, value)) {
          this.#change(plan.field(name, owner), previous, value);
        }
      }
    }
    if (before === undefined) return;
    for (const [name, value] of before) {
      if (after?.has(name) !== true) this.#add(plan.field(name, owner), value, this.rows.removed);
    }
  }

  compareComposite(
    plan: CompositePlan,
    before: MapValue | undefined,
    after: MapValue | undefined,
  ): void {
    const old = before === undefined ? [] : rowsOf(plan.columns, before);
    const now = after === undefined ? [] : rowsOf(plan.columns, after);
    if (old.length > 0 && now.length > 0) {
      const kept = keptRows(old, now);
      this.#pushRows(plan, old, kept, this.rows.removed);
      this.#pushRows(plan, now, kept, this.rows.inserted);
      return;
    }
    this.#pushRows(plan, old, NOTHING_KEPT, this.rows.removed);
    this.#pushRows(plan, now, NOTHING_KEPT, this.rows.inserted);
  }

  #pushRows(
    plan: CompositePlan,
    rows: readonly (readonly Value[])[],
    kept: ReadonlySet<string>,
    out: IndexEntry[],
  ): void {
    for (const row of rows) {
      if (kept.size > 0 && kept.has(rowKey(row))) continue;
      const values = row.map((value) => new KeyedValue(value));
      out.push(new Entry(this.#collection, plan, values, this.#name));
    }
  }

  /** A field that there was not, or is no more: all its rows. */
  #add(field: FieldPlan, value: Value, out: IndexEntry[]): void {
    for (const composite of field.composites) this.touch(composite);
    this.#pushAll(field.whole, value, out);
    if (isArray(value)) this.#pushElements(field.elements, value, NOTHING_KEPT, out);
    else if (isPlainMap(value)) {
      for (const [name, inner] of value) {
        this.#add(this.#plan.field(name, field), inner, out);
      }
    }
  }

  #change(field: FieldPlan, before: Value, after: Value): void {
    for (const composite of field.composites) this.touch(composite);
    if (field.whole.length > 0 && !sameKey(before, after)) {
      this.#pushAll(field.whole, before, this.rows.removed);
      this.#pushAll(field.whole, after, this.rows.inserted);
    }
    const arrays = { before: arrayOf(before), after: arrayOf(after) };
    if (field.elements.length > 0 && arrays.before.length + arrays.after.length > 0) {
      const { removed, inserted } = this.rows;
      this.#pushElements(field.elements, arrays.before, keysOf(arrays.after), removed);
      this.#pushElements(field.elements, arrays.after, keysOf(arrays.before), inserted);
    }
    this.compareMaps(mapOf(before), mapOf(after), field);
  }

  #pushAll(plans: readonly RowPlan[], value: Value, out: IndexEntry[]): void {
    if (plans.length === 0) return;
    const values = [new KeyedValue(value)];
    for (const plan of plans) out.push(new Entry(this.#collection, plan, values, this.#name));
  }

  #pushElements(
    plans: readonly RowPlan[],
    array: ArrayValue,
    kept: ReadonlySet<string>,
    out: IndexEntry[],
  ): void {
    if (plans.length === 0) return;
    const seen = new Set(kept);
    for (const element of array) {
      const key = ascendingKey(element);
      if (seen.has(key)) continue;
      seen.add(key);
      this.#pushAll(plans, element, out);
    }
  }
}

const NOTHING_KEPT: ReadonlySet<string> = new Set();
const NO_ELEMENTS: ArrayValue = [];

/** The rows of a composite: its columns' values. None when a field is missing, one for each element. */
function rowsOf(
  columns: CompositePlan["columns"],
  fields: MapValue,
): readonly (readonly Value[])[] {
  const row: Value[] = [];
  let elementAt = -1;
  for (const { path, kind, dimension } of columns) {
    const value = getField(fields, path);
    if (value === undefined) return [];
    if (kind === "vector" && vectorOf(value)?.length !== dimension) return [];
    if (kind === "element") {
      if (!isArray(value)) return [];
      elementAt = row.length;
    }
    row.push(value);
  }
  if (elementAt === -1) return [row];
  const elements = new Map(arrayOf(row[elementAt]).map((one) => [ascendingKey(one), one]));
  return [...elements.values()].map((element) => row.with(elementAt, element));
}

/** The rows of two lists that are the same, by their keys. */
function keptRows(
  old: readonly (readonly Value[])[],
  now: readonly (readonly Value[])[],
): ReadonlySet<string> {
  const [first, second] = [old[0], now[0]];
  if (old.length === 1 && now.length === 1 && first !== undefined && second !== undefined) {
    const isSame = first.every((value, index) => {
      const other = second[index];
      return other !== undefined && (valuesIdentical(value, other) || sameKey(value, other));
    });
    return isSame ? new Set([rowKey(first)]) : NOTHING_KEPT;
  }
  const keys = new Set(old.map(rowKey));
  return new Set(now.map(rowKey).filter((key) => keys.has(key)));
}

function rowKey(row: readonly Value[]): string {
  return row.map(ascendingKey).join("");
}

function countFields(plan: GroupPlan, fields: MapValue, owner: FieldPlan | undefined): number {
  let count = 0;
  for (const [name, value] of fields) {
    const field = plan.field(name, owner);
    count += field.whole.length;
    if (isArray(value)) {
      if (field.elements.length > 0) count += field.elements.length * keysOf(value).size;
    } else if (isPlainMap(value)) count += countFields(plan, value, field);
  }
  return count;
}

function keysOf(array: ArrayValue): ReadonlySet<string> {
  return array.length === 0 ? NOTHING_KEPT : new Set(array.map(ascendingKey));
}

function arrayOf(value: Value | undefined): ArrayValue {
  return isArray(value) ? value : NO_ELEMENTS;
}

/** A map that is indexed by its fields: a vector is not. */
function isPlainMap(value: Value): value is MapValue {
  return isMap(value) && !isVector(value);
}

function mapOf(value: Value): MapValue | undefined {
  return isPlainMap(value) ? value : undefined;
}
