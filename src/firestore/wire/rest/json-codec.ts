import protobuf from "protobufjs";
import { fromProto3JSON, toProto3JSON } from "proto3-json-serializer";
import { FirestoreError } from "../../data/status.ts";

type JsonValue = Parameters<typeof fromProto3JSON>[1];
type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a message from its JSON (https://protobuf.dev/programming-guides/json/). The library does the
 * reading; what it lets pass in silence is settled before: names that no field has, names in
 * snake_case, numbers and enums that are none, and timestamps with an offset, of which it loses the
 * fraction.
 * @throws FirestoreError INVALID_ARGUMENT
 */
export function messageFromJson(type: protobuf.Type, json: unknown): Uint8Array {
  const normal = normalObject(type, json);
  try {
    const message = fromProto3JSON(type, normal as JsonValue);
    return message === null ? new Uint8Array() : type.encode(message).finish();
  } catch (error) {
    // The library and protobufjs throw plain errors for values of the wrong kind.
    throw payloadError(error instanceof Error ? error.message : "not of the message's form");
  }
}

/** A message's bytes as JSON. `numericEnums`: enums as numbers, as `$alt=json;enum-encoding=int` asks. */
export function messageToJson(
  type: protobuf.Type,
  bytes: Uint8Array,
  numericEnums: boolean,
): unknown {
  // A Buffer, since the library looks at a plain Uint8Array's whole buffer.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return toProto3JSON(type.decode(buffer), { numericEnums });
}

/** The field of this name, in either spelling. */
export function fieldNamed(type: protobuf.Type, name: string): protobuf.Field | undefined {
  const field = own(type.fields, name) ?? own(type.fields, camelCase(name));
  field?.resolve();
  return field;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Objects in each other, of which a value takes two or three: more than the data model's bound needs. */
const DEEPEST_OBJECT = 200;

function normalObject(type: protobuf.Type, json: unknown, depth = 0): JsonObject {
  if (depth > DEEPEST_OBJECT) throw payloadError("The message is nested too deep");
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    throw payloadError(`${type.name} must be an object`);
  }
  const normal: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = fieldNamed(type, name);
    if (field === undefined) throw payloadError(`Unknown name "${name}" in ${type.name}`);
    normal[field.name] = normalField(field, value, depth + 1);
  }
  return normal;
}

function normalField(field: protobuf.Field, value: unknown, depth: number): unknown {
  if (value === null) return field.resolvedType instanceof protobuf.Enum ? null : undefined;
  if (field.repeated) {
    if (!Array.isArray(value)) throw payloadError(`"${field.name}" must be an array`);
    return value.map((element) => normalValue(field, element, depth));
  }
  if (!field.map) return normalValue(field, value, depth);
  if (typeof value !== "object" || Array.isArray(value)) {
    throw payloadError(`"${field.name}" must be an object`);
  }
  if (Object.hasOwn(value, "__proto__")) {
    throw new FirestoreError("INVALID_ARGUMENT", "field name __proto__ is reserved");
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, normalValue(field, element, depth)]),
  );
}

function normalValue(field: protobuf.Field, value: unknown, depth: number): unknown {
  const type = field.resolvedType;
  if (type === null) return checkedScalar(field, value);
  if (type instanceof protobuf.Enum) return checkedEnum(field, type, value);
  if (type.fullName === ".google.protobuf.Timestamp") return normalTimestamp(value);
  return type.fullName.startsWith(".google.protobuf.") ? value : normalObject(type, value, depth);
}

const INTEGER = /^-?\d{1,19}$/;
const NUMBER = /^(NaN|-?Infinity|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/;

/** The library makes some number of any string. */
function checkedScalar({ name, type }: protobuf.Field, value: unknown): unknown {
  const isInteger = type === "int32" || type === "int64";
  if (!isInteger && type !== "double") return value;
  const fits =
    typeof value === "number"
      ? !isInteger || Number.isInteger(value)
      : typeof value === "string" &&
        (isInteger ? INTEGER : NUMBER).test(value) &&
        inRange(type, value);
  if (!fits) throw payloadError(`Invalid value at "${name}" (${type}), ${JSON.stringify(value)}`);
  return value;
}

function inRange(type: string, digits: string): boolean {
  if (type === "double") return true;
  const bits = type === "int32" ? 32 : 64;
  return BigInt.asIntN(bits, BigInt(digits)) === BigInt(digits);
}

/** protobufjs passes over names that an enum does not have. */
function checkedEnum({ name }: protobuf.Field, type: protobuf.Enum, value: unknown): unknown {
  if (type.name === "NullValue" || typeof value === "number") return value;
  if (typeof value === "string" && Object.hasOwn(type.values, value)) return value;
  throw payloadError(`Invalid value at "${name}" (${type.name}), ${JSON.stringify(value)}`);
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

/** RFC 3339 in UTC. */
function normalTimestamp(value: unknown): string {
  const match = typeof value === "string" ? TIMESTAMP.exec(value) : null;
  const date = new Date(`${match?.[1]}${match?.[3]?.toUpperCase()}`);
  if (match === null || Number.isNaN(date.getTime())) {
    throw payloadError(
      `Illegal timestamp format; timestamps must end with 'Z' or have a valid timezone offset`,
    );
  }
  const seconds = date.toISOString().slice(0, "2026-01-01T00:00:00".length);
  return `${seconds}.${(match[2] ?? "").padEnd(9, "0")}Z`;
}

/** In the words of Google's API front end, which says what the emulator does not. */
export function payloadError(what: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", `Invalid JSON payload received. ${what}.`);
}
