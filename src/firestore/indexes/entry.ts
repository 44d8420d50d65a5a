import { collectionOf, lastSegment, parentOf } from "../data/document-path.ts";
import type { Value } from "../data/value.ts";
import { documentNameSize, valueSize } from "../data/value-size.ts";
import type { IndexDefinition, IndexEntry, IndexMark } from "./catalogue.ts";
import type { RowPlan } from "./entry-plan.ts";
import { ascendingKey, descendingKey, INDEXED_BYTES, nameKey } from "./value-key.ts";

/** A value and its key, made once for the ascending and the descending index. */
export class KeyedValue {
  readonly value: Value;
  #ascending: string | undefined;
  #descending: string | undefined;
  #sizeBytes: number | undefined;

  constructor(value: Value) {
    this.value = value;
  }

  /** As an index counts it: 1,500 bytes at most. */
  get sizeBytes(): number {
    this.#sizeBytes ??= Math.min(INDEXED_BYTES, valueSize(this.value));
    return this.#sizeBytes;
  }

  key(isDescending: boolean): string {
    this.#ascending ??= ascendingKey(this.value);
    if (!isDescending) return this.#ascending;
    this.#descending ??= descendingKey(this.#ascending);
    return this.#descending;
  }
}

/** The keys of a document's name, made once for all its rows. */
export class KeyedName {
  readonly #path: string;
  readonly #keys: (string | undefined)[] = [];
  #ownBytes: number | undefined;
  #parentBytes: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What every row of this document counts: its name and, unless it is of a group, its parent's. */
  sizeBytes(isOfGroup: boolean): number {
    const parent = parentOf(collectionOf(this.#path));
    this.#ownBytes ??= documentNameSize(this.#path);
    if (isOfGroup || parent === "") return this.#ownBytes;
    this.#parentBytes ??= documentNameSize(parent);
    return this.#ownBytes + this.#parentBytes;
  }

  /** Within one collection, names differ in their ID alone. */
  key(isOfGroup: boolean, isDescending: boolean): string {
    const slot = Number(isOfGroup) * 2 + Number(isDescending);
    const known = this.#keys[slot];
    if (known !== undefined) return known;
    const key = isDescending
      ? descendingKey(this.key(isOfGroup, false))
      : nameKey(isOfGroup ? this.#path : lastSegment(this.#path));
    this.#keys[slot] = key;
    return key;
  }
}

/** What the page on storage sizes adds to an entry; more for one field's in collection-group scope. */
const OVERHEAD = 32;
const GROUP_OVERHEAD = 48;

/** A row of an index. Its key is made when it is asked for: many writes are only counted. */
export class Entry implements IndexEntry {
  readonly #collection: string;
  readonly #row: RowPlan;
  readonly #values: readonly KeyedValue[];
  readonly #name: KeyedName;
  #key: string | undefined;

  /** `collection`: the path of the document's. */
  constructor(collection: string, row: RowPlan, values: readonly KeyedValue[], name: KeyedName) {
    this.#collection = collection;
    this.#row = row;
    this.#values = values;
    this.#name = name;
  }

  get space(): string {
    return this.#row.groupSpace ?? this.#collection + this.#row.suffix;
  }

  get mark(): IndexMark {
    return this.#row.mark;
  }

  get definition(): IndexDefinition {
    return this.#row.definition;
  }

  get key(): string {
    this.#key ??= this.#makeKey();
    return this.#key;
  }

  unitAt(index: number): number {
    const unit = this.#values[0]?.key(false).charCodeAt(index) ?? Number.NaN;
    return this.#row.isDescending[0] === true ? 0xff_ff - unit : unit;
  }

  get sizeBytes(): number {
    const { groupSpace, fieldNameBytes } = this.#row;
    const isOfGroup = groupSpace !== undefined;
    const isSingle = fieldNameBytes > 0;
    let bytes = this.#name.sizeBytes(isOfGroup) + fieldNameBytes;
    for (const value of this.#values) bytes += value.sizeBytes;
    return bytes + (isOfGroup && isSingle ? GROUP_OVERHEAD : OVERHEAD);
  }

  #makeKey(): string {
    const { isDescending, isNameDescending, groupSpace } = this.#row;
    let key = "";
    for (let index = 0; index < this.#values.length; index += 1) {
      key += this.#values[index]?.key(isDescending[index] ?? false) ?? "";
    }
    return key + this.#name.key(groupSpace !== undefined, isNameDescending);
  }
}
