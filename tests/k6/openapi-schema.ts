/** The part of OpenAPI's schemas that CustomResourceDefinitions are written in, as Kubernetes reads them. */
export interface OpenApiSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly OpenApiSchema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly "x-kubernetes-int-or-string"?: boolean;
}

/**
 * What is wrong with a manifest, each with its place. Unknown fields are wrong, as they are to
 * `kubectl create --validate=strict`: Kubernetes by itself would drop them without a word.
 */
export function manifestFaults(
  schema: OpenApiSchema,
  value: unknown,
  place = "",
): readonly string[] {
  const fault = (what: string): readonly string[] => [`${place || "."}: ${what}`];
  if (schema["x-kubernetes-int-or-string"] === true) {
    const isEither = Number.isInteger(value) || typeof value === "string";
    if (!isEither) return fault("expected an integer or a string");
  } else if (!hasType(schema.type, value)) return fault(`expected ${schema.type}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return fault(`expected one of ${schema.enum.join(", ")}`);
  }
  if (typeof value === "string") return textFaults(schema, value).flatMap(fault);
  if (typeof value === "number") {
    const isLess = schema.minimum !== undefined && value < schema.minimum;
    const isTooLarge = schema.format === "int32" && Math.abs(value) >= 2 ** 31;
    return isLess || isTooLarge ? fault("expected a number within its range") : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      manifestFaults(schema.items ?? {}, item, `${place}[${index}]`),
    );
  }
  if (typeof value === "object" && value !== null) return objectFaults(schema, value, place);
  return [];
}

function hasType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function textFaults(schema: OpenApiSchema, value: string): readonly string[] {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minLength || value.length > maxLength) return ["expected another length"];
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return [`expected ${pattern}`];
  return [];
}

function objectFaults(schema: OpenApiSchema, value: object, place: string): readonly string[] {
  const { properties, additionalProperties, required = [] } = schema;
  const missing = required
    .filter((key) => !(key in value))
    .map((key) => `${place}.${key}: missing`);
  const found = Object.entries(value).flatMap(([key, one]) => {
    const own = properties?.[key];
    if (own !== undefined) return manifestFaults(own, one, `${place}.${key}`);
    if (typeof additionalProperties === "object") {
      return manifestFaults(additionalProperties, one, `${place}.${key}`);
    }
    // An object of which nothing is said holds anything: `metadata`.
    const isOpen = properties === undefined || additionalProperties === true;
    return isOpen ? [] : [`${place}.${key}: no such field`];
  });
  return [...missing, ...found];
}
