import { z } from "zod";

/*
 * Every document that is read is parsed, and most are what they should be. To find that out in a few
 * steps, the kinds of fields that are read most have a check beside their schema. A check that says
 * yes must be right; one that says no leaves the word, and the message, to the schema.
 */

export type QuickCheck = (value: unknown) => boolean;

const CHECKS = new WeakMap<z.ZodType, QuickCheck>();

/** Gives a kind of field its check. It may accept only what the schema accepts and leaves as it is. */
export function withQuickCheck<Schema extends z.ZodType>(
  schema: Schema,
  check: QuickCheck,
): Schema {
  CHECKS.set(schema, check);
  return schema;
}

/** The check of a schema: its own, or what follows from those of its parts. */
export function quickCheckOf(schema: z.ZodType): QuickCheck {
  const known = CHECKS.get(schema);
  if (known !== undefined) return known;
  const derived = derivedCheck(schema);
  CHECKS.set(schema, derived);
  return derived;
}

const UNDECIDED: QuickCheck = () => false;

function derivedCheck(schema: z.ZodType): QuickCheck {
  const hasOwnRules = (schema.def.checks ?? []).length > 0;
  if (hasOwnRules) return UNDECIDED;
  if (schema instanceof z.ZodString) return (value) => typeof value === "string";
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === "boolean";
  if (schema instanceof z.ZodEnum) return oneOf(schema.options);
  if (schema instanceof z.ZodNullable) {
    const inner = quickCheckOf(schema.unwrap() as z.ZodType);
    return (value) => value === null || inner(value);
  }
  return schema instanceof z.ZodObject ? objectCheck(schema) : UNDECIDED;
}

function oneOf(options: readonly unknown[]): QuickCheck {
  const [first, second, ...others] = options;
  return (value) => value === first || value === second || others.includes(value);
}

/** All fields there and none besides, which the schema would leave out. */
function objectCheck({ shape }: z.ZodObject): QuickCheck {
  const fields = new Map<string, { readonly check: QuickCheck; readonly isOptional: boolean }>();
  let required = 0;
  for (const [name, field] of Object.entries(shape)) {
    const isOptional = field instanceof z.ZodOptional;
    const check = quickCheckOf((isOptional ? field.unwrap() : field) as z.ZodType);
    fields.set(name, { check, isOptional });
    if (!isOptional) required += 1;
  }
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    let missing = required;
    for (const name in value) {
      const field = fields.get(name);
      if (!field?.check((value as Record<string, unknown>)[name])) return false;
      if (!field.isOptional) missing -= 1;
    }
    return missing === 0;
  };
}

/** Text that begins with a character of the one kind and goes on with those of both. */
export function plainText(first: string, further: string, lengthMax: number): QuickCheck {
  const kinds = new Uint8Array(ASCII);
  for (const character of first) kinds[character.charCodeAt(0)] = BEGINS;
  for (const character of further) kinds[character.charCodeAt(0)] = GOES_ON;
  return (value) => {
    if (typeof value !== "string") return false;
    const { length } = value;
    if (length > lengthMax || kinds[value.charCodeAt(0)] !== BEGINS) return false;
    for (let index = 1; index < length; index += 1) {
      // A character beyond ASCII has no kind at all.
      if (!((kinds[value.charCodeAt(index)] ?? 0) > 0)) return false;
    }
    return true;
  };
}

const ASCII = 128;
const GOES_ON = 1;
const BEGINS = 2;
export const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const DIGITS = "0123456789";
export const ALPHANUMERICS = `${CAPITALS}${CAPITALS.toLowerCase()}${DIGITS}`;
