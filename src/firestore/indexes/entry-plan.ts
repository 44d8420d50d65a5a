import type { FieldPath } from "../data/document.ts";
import { parseFieldPath } from "../data/field-path.ts";
import type { Shape } from "../data/shape.ts";
import { ShapedMap } from "../data/shaped-map.ts";
import type { MapValue } from "../data/value.ts";
import { isMap } from "../data/value-type.ts";
import { fieldPathSize } from "../data/value-size.ts";
import type { IndexDefinition, IndexField, IndexMark } from "./catalogue.ts";
import { nameDirectionAfter, type IndexFile } from "./index-file.ts";
import { columnText } from "./needed-index.ts";
import type { SingleFields } from "./single-fields.ts";

/** An index, made ready for the rows of it that a write makes. */
export interface RowPlan {
  readonly definition: IndexDefinition;
  /** " (status ASC, created_at DESC)" */
  readonly suffix: string;
  /** Of an index over all collections of the name; undefined: each collection has its own. */
  readonly groupSpace: string | undefined;
  readonly mark: IndexMark;
  /** For each column, whether it goes down. */
  readonly isDescending: readonly boolean[];
  readonly isNameDescending: boolean;
  /** An entry of one field counts the field's name; one of several counts none: 0. */
  readonly fieldNameBytes: number;
}

export interface CompositePlan extends RowPlan {
  readonly columns: readonly ColumnPlan[];
  /** The write that last looked at it: so that it is looked at once for each. */
  lastWrite: number;
}

interface ColumnPlan {
  readonly path: FieldPath;
  readonly kind: "value" | "element" | "vector";
  readonly dimension: number;
}

/** A field of some map of the collection group's documents, with the indexes of it alone. */
export interface FieldPlan {
  readonly path: FieldPath;
  /** Of the value as it is: ascending, descending. */
  readonly whole: readonly RowPlan[];
  /** Of each element of an array. */
  readonly elements: readonly RowPlan[];
  /** Composites that look at it or beneath it. Only of fields at the top. */
  readonly composites: readonly CompositePlan[];
  readonly children: Map<string, FieldPlan>;
  /** It is in no index by itself; fields within it may be. */
  readonly isBare: boolean;
}

/** Fields of a collection group that are remembered. Maps whose keys are data have no end of fields. */
const MOST_FIELDS = 10_000;

/** How the documents of a collection group are indexed. */
export class GroupPlan {
  readonly composites: readonly CompositePlan[];
  readonly group: string;
  readonly #singleFields: SingleFields;
  readonly #top = new Map<string, FieldPlan>();
  readonly #shapes = new Map<Shape, readonly FieldPlan[]>();
  #lastShape: Shape | undefined;
  #lastFields: readonly FieldPlan[] = [];
  #fields = 0;

  constructor(group: string, file: IndexFile, singleFields: SingleFields) {
    this.group = group;
    this.#singleFields = singleFields;
    this.composites = file.indexes
      .filter(({ collectionGroup }) => collectionGroup === group)
      .map((definition) => this.#composite(definition));
  }

  /** Whether it remembers so many fields that it is to be made anew. */
  get isFull(): boolean {
    return this.#fields > MOST_FIELDS;
  }

  /** Whether all that changes is fields that no index has; false where a closer look is due. */
  isUntouched(before: MapValue, after: MapValue): boolean {
    if (!(before instanceof ShapedMap && after instanceof ShapedMap)) return false;
    if (before.shape !== after.shape) return false;
    const fields = this.fieldsOf(after.shape);
    for (let slot = 0; slot < fields.length; slot += 1) {
      const [old, current] = [before.slots[slot], after.slots[slot]];
      if (old === current) continue;
      if (fields[slot]?.isBare !== true || isMap(old) || isMap(current)) return false;
    }
    return true;
  }

  /** The fields of maps of the shape, at the top; in the order of its names. */
  fieldsOf(shape: Shape): readonly FieldPlan[] {
    if (shape === this.#lastShape) return this.#lastFields;
    const fields = this.#shapes.get(shape) ?? shape.names.map((name) => this.field(name));
    this.#shapes.set(shape, fields);
    this.#lastShape = shape;
    this.#lastFields = fields;
    return fields;
  }

  /** The field of this name in the map whose fields are given; at the top by default. */
  field(name: string, siblings?: FieldPlan): FieldPlan {
    const fields = siblings?.children ?? this.#top;
    const known = fields.get(name);
    if (known !== undefined) return known;
    const plan = this.#planField([...(siblings?.path ?? []), name]);
    this.#fields += 1;
    fields.set(name, plan);
    return plan;
  }

  #planField(path: FieldPath): FieldPlan {
    const rows = this.#singleFields.rowsOf(this.group, path);
    const plans = rows.map((definition) => this.#row(definition));
    const isElements = (plan: RowPlan): boolean =>
      plan.definition.fields.some((field) => "arrayConfig" in field);
    const composites =
      path.length > 1
        ? []
        : this.composites.filter(({ columns }) => columns.some((one) => one.path[0] === path[0]));
    return {
      path,
      whole: plans.filter((plan) => !isElements(plan)),
      elements: plans.filter(isElements),
      composites,
      children: new Map(),
      isBare: plans.length + composites.length === 0,
    };
  }

  #composite(definition: IndexDefinition): CompositePlan {
    const columns = definition.fields.filter(({ fieldPath }) => fieldPath !== "__name__");
    return { ...this.#row(definition), columns: columns.map(planColumn), lastWrite: 0 };
  }

  #row(definition: IndexDefinition): RowPlan {
    const { collectionGroup, queryScope, fields } = definition;
    const suffix = ` (${fields.map(columnText).join(", ")})`;
    return {
      definition,
      suffix,
      groupSpace:
        queryScope === "COLLECTION_GROUP"
          ? `collection group ${collectionGroup}${suffix}`
          : undefined,
      mark: { note: undefined },
      isDescending: fields
        .filter(({ fieldPath }) => fieldPath !== "__name__")
        .map((field) => "order" in field && field.order === "DESCENDING"),
      isNameDescending: nameDirectionAfter(fields) === "DESCENDING",
      fieldNameBytes: fields.length === 1 ? fieldNameSize(fields[0]) : 0,
    };
  }
}

function fieldNameSize(field: IndexField | undefined): number {
  return field === undefined || field.fieldPath === "__name__"
    ? 0
    : fieldPathSize(parseFieldPath(field.fieldPath));
}

function planColumn(field: IndexField): ColumnPlan {
  const path = parseFieldPath(field.fieldPath);
  if ("vectorConfig" in field) {
    return { path, kind: "vector", dimension: field.vectorConfig.dimension };
  }
  return { path, kind: "arrayConfig" in field ? "element" : "value", dimension: 0 };
}
