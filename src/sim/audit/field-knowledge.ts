import { z } from "zod";
import { DOCUMENT_FAMILIES } from "../../system/schema/catalogue.ts";

/** What is known of a field's values. */
export type FieldKind =
  /** Grows from write to write. */
  | { readonly kind: "time" }
  /** One of few values; undefined: few, but nobody knows how many. */
  | { readonly kind: "choice"; readonly count: number | undefined }
  /** Names a user or a thing: as many values as there are of them. */
  | { readonly kind: "id" }
  | { readonly kind: "array" }
  | { readonly kind: "other" };

/** What is known of a database beside its index file. */
export interface Knowledge {
  readonly basis: string;
  /**
   * Where the collections of this name lie whose documents have these fields: "users/{uid}/trades".
   * Empty: nobody knows.
   */
  patternsOf(group: string, fields: readonly string[]): readonly string[];
  kindOf(group: string, fieldPath: string): FieldKind;
  /** Fields that hold a time, so far as they are known without being named by an index. */
  timesOf(group: string): readonly string[];
}

/** From the schema of the service: types of fields, and where collections lie. */
export function serviceKnowledge(): Knowledge {
  const shapes = new Map<string, Map<string, z.ZodType>>();
  for (const { pattern, schema } of DOCUMENT_FAMILIES) {
    const group = pattern.split("/").at(-2) ?? "";
    const fields = shapes.get(group) ?? new Map<string, z.ZodType>();
    for (const [name, type] of Object.entries(shapeOf(schema))) fields.set(name, type);
    shapes.set(group, fields);
  }
  const typed = (group: string, fieldPath: string): FieldKind => {
    const type = shapes.get(group)?.get(fieldPath);
    return type === undefined ? kindByName(fieldPath) : kindOfType(fieldPath, type);
  };
  return {
    basis: "the schema of the service (src/system/schema)",
    patternsOf: (group, fields) =>
      DOCUMENT_FAMILIES.filter(
        ({ pattern, schema }) =>
          pattern.split("/").at(-2) === group && fields.every((field) => field in shapeOf(schema)),
      ).map(({ pattern }) => pattern.slice(0, pattern.lastIndexOf("/"))),
    kindOf: typed,
    timesOf: (group) =>
      [...(shapes.get(group)?.keys() ?? [])].filter((name) => typed(group, name).kind === "time"),
  };
}

/** From the names that people give fields, and from paths that the rules and the queries name. */
export function nameKnowledge(patterns: readonly string[]): Knowledge {
  return {
    basis: "the names of fields (no schema is known)",
    patternsOf: (group) => patterns.filter((pattern) => pattern.split("/").at(-1) === group),
    kindOf: (_, fieldPath) => kindByName(fieldPath),
    timesOf: () => [],
  };
}

export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** The type within what says that it may be absent or null. */
export function innerType(type: unknown): unknown {
  return type instanceof z.ZodNullable || type instanceof z.ZodOptional
    ? innerType(type.unwrap())
    : type;
}

function kindOfType(fieldPath: string, type: z.ZodType): FieldKind {
  const inner = innerType(type);
  if (inner instanceof z.ZodDate) return { kind: "time" };
  if (inner instanceof z.ZodEnum) return { kind: "choice", count: inner.options.length };
  if (inner instanceof z.ZodBoolean) return { kind: "choice", count: 2 };
  if (inner instanceof z.ZodArray) return { kind: "array" };
  const named = kindByName(fieldPath);
  return named.kind === "id" ? named : { kind: "other" };
}

const TIME_NAME =
  /(^|[_.])(at|ts|time|date|timestamp|epoch|created|updated|modified|expires)(_on|_at|_time|_date)?(_?(ms|millis|seconds))?$/i;
/** Without "on" or "at" these are true or false as often as a time. */
const TIME_OF_CHANGE = /(^|[_.])(deleted|published)_(on|date|time)$/;
const TIME_CAMEL = /[a-z](At|On|Time|Date|Timestamp|Ts)(Ms|Millis|Seconds)?$/;
const TIME_LAST = /(^|[_.])last_?(seen|login|active|activity|used|updated|modified)$/i;
const SEQUENCE = /(^|[_.])(seq|sequence|serial)(_?(no|number))?$/i;
const GROWING = [TIME_NAME, TIME_OF_CHANGE, TIME_CAMEL, TIME_LAST, SEQUENCE];
const YES_OR_NO = /^(is|has)(_|[A-Z])/;
const ID_NAME = /(^|[_.])(id|uid|uuid|key|email|slug|shard|address)s?$/i;
const ID_CAMEL = /[a-z](Id|ID|Uid|Uuid|Key|Email|Ref|Address)s?$/;
const PERSON_NAME =
  /(^|[_.])(user|username|author|owner|sender|recipient|customer|(created|updated)_?by)$/i;
const CHOICE_NAME =
  /(^|[_.])(status|state|type|kind|side|role|category|mode|level|priority|enabled|active|deleted|published|public|visible|done)$/;

function kindByName(fieldPath: string): FieldKind {
  const isNamed = (patterns: readonly RegExp[]): boolean =>
    patterns.some((pattern) => pattern.test(fieldPath));
  if (isNamed([YES_OR_NO, CHOICE_NAME])) return { kind: "choice", count: undefined };
  if (isNamed(GROWING)) return { kind: "time" };
  if (isNamed([ID_NAME, ID_CAMEL, PERSON_NAME])) return { kind: "id" };
  return { kind: "other" };
}

/** Whose the collections of a pattern are, by the names in braces: their writes add up to one end. */
export type Owner = "user" | "parent" | "database";

const USER_NAME = /user|uid|owner|member|account|player|customer|person|profile/i;

export function ownerOf(pattern: string): Owner {
  const wildcards = pattern.match(/\{[^}]*\}/g) ?? [];
  if (wildcards.some((name) => USER_NAME.test(name))) return "user";
  return wildcards.length > 0 ? "parent" : "database";
}
